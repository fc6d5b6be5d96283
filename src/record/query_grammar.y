/* query_grammar.y - what a query may say.
 *
 * The tree is made by build_... of query_parse.c and query_many.c; here stands only
 * the order of words. The scanner tells the period that ends count( ... ) from one
 * that belongs to the condition before it (WINDOW, DURING), and words that are read
 * with their parenthesis: HAPPENED, AMOUNT (count, sum), MOMENT (first, last).
 */
%name QueryLemon
%token_prefix TOKEN_
%token_type     { struct query_token }
%default_type   { struct query * }
%extra_argument { struct query_build *b }
%stack_size     400

%include {
#define NDEBUG 1                                /* no trace of the parser in the product */
#include <assert.h>
#include "record/query_build.h"
#include "query_grammar.h"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-variable"
}

%syntax_error   { build_unexpected(b, &TOKEN); }
%stack_overflow { build_too_deep(b); }

/* Where no keyword fits, these are words like any other: a field may be called team or empty. */
%fallback WORD IS EMPTY THIS LAST NEXT WITHIN BEFORE AFTER ME BASE UNIT SIGN NUM SIGNED WHERE VIA.

%left OR.
%left AND.
%right NOT.
/* "where at within 7 days )" is a condition of `at`, not the word "at". */
%nonassoc ALONE.
%nonassoc WINDOW DURING.

all ::= .                               { b->root = NULL; }
all ::= expr(X).                        { b->root = X; }

expr(R) ::= expr(X) OR expr(Y).         { R = build_pair(b, QUERY_OR, X, Y); }
expr(R) ::= expr(X) AND expr(Y).        { R = build_pair(b, QUERY_AND, X, Y); }
expr(R) ::= NOT(N) expr(X).             { R = build_not(b, &N, X); }
expr(R) ::= LP expr(X) RP.              { R = X; }
expr(R) ::= term(X).                    { R = X; }

term(R) ::= WORD(P) op(O) value(V).             { R = build_compare(b, &P, O, &V); }
term(R) ::= WORD(P) IN LP list(L) RP.           { R = build_in(b, &P, L, false); }
term(R) ::= WORD(P) NOT IN LP list(L) RP.       { R = build_in(b, &P, L, true); }
term(R) ::= WORD(P) IS EMPTY.                   { R = build_empty(b, &P, false); }
term(R) ::= WORD(P) IS NOT EMPTY.               { R = build_empty(b, &P, true); }
term(R) ::= WORD(P) IN period(T).               { R = build_period(b, &P, T.period, &T.count, false); }
term(R) ::= WORD(P) NOT IN period(T).           { R = build_period(b, &P, T.period, &T.count, true); }
term(R) ::= WORD(P) WITHIN NUM(N) UNIT(U).
    { R = build_period(b, &P, (struct query_period){ WITHIN_PAST, U.unit, 0, 0 }, &N, false); }
term(R) ::= WORD(P) NOT WITHIN NUM(N) UNIT(U).
    { R = build_period(b, &P, (struct query_period){ WITHIN_PAST, U.unit, 0, 0 }, &N, true); }
term(R) ::= WORD(P) WINDOW NUM(N) UNIT(U).
    { R = build_period(b, &P, (struct query_period){ WITHIN_PAST, U.unit, 0, 0 }, &N, false); }
term(R) ::= WORD(P) NOT WINDOW NUM(N) UNIT(U).
    { R = build_period(b, &P, (struct query_period){ WITHIN_PAST, U.unit, 0, 0 }, &N, true); }
term(R) ::= WORD(P) DURING period(T).           { R = build_period(b, &P, T.period, &T.count, false); }
term(R) ::= WORD(P) NOT DURING period(T).       { R = build_period(b, &P, T.period, &T.count, true); }
term(R) ::= words(W).                           { R = build_text(b, &W); }

/* ── what happened, and what leads here ── */

term(R) ::= HAPPENED(M) source(S) RP.                   { R = build_many(b, &M, S); }
term(R) ::= AMOUNT(M) source(S) RP op(O) value(V).      { R = build_many_compare(b, &M, S, O, &V); }
term(R) ::= MOMENT(M) source(S) RP op(O) value(V).      { R = build_many_compare(b, &M, S, O, &V); }
term(R) ::= MOMENT(M) source(S) RP IS EMPTY.            { R = build_many_empty(b, &M, S, false); }
term(R) ::= MOMENT(M) source(S) RP IS NOT EMPTY.        { R = build_many_empty(b, &M, S, true); }
term(R) ::= MOMENT(M) source(S) RP in period(T).        { R = build_many_period(b, &M, S, T.period, &T.count, false); }
term(R) ::= MOMENT(M) source(S) RP NOT in period(T).    { R = build_many_period(b, &M, S, T.period, &T.count, true); }
term(R) ::= MOMENT(M) source(S) RP within NUM(N) UNIT(U).
    { R = build_many_period(b, &M, S, (struct query_period){ WITHIN_PAST, U.unit, 0, 0 }, &N, false); }
term(R) ::= MOMENT(M) source(S) RP NOT within NUM(N) UNIT(U).
    { R = build_many_period(b, &M, S, (struct query_period){ WITHIN_PAST, U.unit, 0, 0 }, &N, true); }
in ::= IN.
in ::= DURING.
within ::= WITHIN.
within ::= WINDOW.

%type source { struct query_source * }
%type what   { struct query_source * }
source(R) ::= what(X).                          { R = X; }
source(R) ::= what(X) WHERE expr(W).            { R = X; R->where = W; }
source(R) ::= what(X) window(T).                { R = X; build_window(b, R, T.period, &T.count); }
source(R) ::= what(X) WHERE expr(W) window(T).  { R = X; R->where = W; build_window(b, R, T.period, &T.count); }
source(R) ::= what(X) window(T) WHERE expr(W).  { R = X; R->where = W; build_window(b, R, T.period, &T.count); }
what(R) ::= WORD(N).                            { R = build_source(b, &N, NULL); }
what(R) ::= STRING(N).                          { R = build_source(b, &N, NULL); }
what(R) ::= WORD(N) VIA WORD(V).                { R = build_source(b, &N, &V); }

%type window { struct { struct query_period period; struct query_token count; } }
window(R) ::= WINDOW NUM(N) UNIT(U).    { R.period = (struct query_period){ WITHIN_PAST, U.unit, 0, 0 }; R.count = N; }
window(R) ::= DURING period(T).         { R.period = T.period; R.count = T.count; }

term(R) ::= IN_SEGMENT(S) name(N).              { R = build_segment(b, NULL, &S, &N, false); }
term(R) ::= WORD(P) IN_SEGMENT(S) name(N).      { R = build_segment(b, &P, &S, &N, false); }
term(R) ::= WORD(P) NOT IN_SEGMENT(S) name(N).  { R = build_segment(b, &P, &S, &N, true); }
%type name  { struct query_token }
name(R) ::= WORD(X).                    { R = X; }
name(R) ::= STRING(X).                  { R = X; }

%type words { struct query_token }
%type word  { struct query_token }
words(R) ::= word(X).                   { R = X; }
words(R) ::= words(X) word(Y).          { R = build_words(b, &X, &Y); }
word(R) ::= WORD(X). [ALONE]            { R = X; }
word(R) ::= STRING(X).                  { R = X; }

%type op { enum query_op }
op(R) ::= EQ.                           { R = OP_EQ; }
op(R) ::= NE.                           { R = OP_NE; }
op(R) ::= LT.                           { R = OP_LT; }
op(R) ::= LE.                           { R = OP_LE; }
op(R) ::= GT.                           { R = OP_GT; }
op(R) ::= GE.                           { R = OP_GE; }
op(R) ::= MATCH.                        { R = OP_MATCH; }
op(R) ::= NO_MATCH.                     { R = OP_NOT_MATCH; }
op(R) ::= BEFORE.                       { R = OP_LT; }
op(R) ::= AFTER.                        { R = OP_GT; }

%type value { struct query_value }
value(R) ::= WORD(X).                   { R = build_value(&X); }
value(R) ::= STRING(X).                 { R = build_value(&X); }
value(R) ::= NUM(X).                    { R = build_value(&X); }
value(R) ::= SIGNED(X).                 { R = build_value(&X); }
value(R) ::= ME(X).                     { R = build_value(&X); }
value(R) ::= BASE(X).                   { R = build_value(&X); }
value(R) ::= NUM(N) UNIT(U).                    { R = build_offset(b, NULL, NULL, &N, &U); }
value(R) ::= BASE(X) SIGNED(N) UNIT(U).         { R = build_offset(b, &X, NULL, &N, &U); }
value(R) ::= BASE(X) SIGN(S) NUM(N) UNIT(U).    { R = build_offset(b, &X, &S, &N, &U); }

%type list { struct query_list * }
list(R) ::= value(V).                   { R = build_list(b, NULL, &V); }
list(R) ::= list(L) COMMA value(V).     { R = build_list(b, L, &V); }

%type period { struct { struct query_period period; struct query_token count; } }
period(R) ::= THIS UNIT(U).             { R.period = (struct query_period){ IN_PERIOD, U.unit, 0, 1 }; R.count = (struct query_token){ 0 }; }
period(R) ::= LAST UNIT(U).             { R.period = (struct query_period){ IN_PERIOD, U.unit, -1, 1 }; R.count = (struct query_token){ 0 }; }
period(R) ::= NEXT UNIT(U).             { R.period = (struct query_period){ IN_PERIOD, U.unit, 1, 1 }; R.count = (struct query_token){ 0 }; }
period(R) ::= LAST NUM(N) UNIT(U).      { R.period = (struct query_period){ WITHIN_PAST, U.unit, 0, 0 }; R.count = N; }
period(R) ::= NEXT NUM(N) UNIT(U).      { R.period = (struct query_period){ WITHIN_NEXT, U.unit, 0, 0 }; R.count = N; }

%code {
/* The parser's own state stands on the stack: a full arena may jump out of it. */
void query_grammar(struct query_build *b)
{
    yyParser p __attribute__((uninitialized));  /* 25 KB; an entry is written before it is read */
    int kind;
    struct query_token t;

    QueryLemonInit(&p);
    do {
        kind = query_scan(b, &t);
        if (kind < 0 || !build_step(b, kind, &t))
            break;
        QueryLemon(&p, kind, t, b);
        if (kind)
            b->last = t;
    } while (kind && !b->is_failed);
    QueryLemonFinalize(&p);
}
}
