/* query_scan.re - cuts a query into words.
 *
 * A word is any run of characters that mean nothing else here, in any script, so
 * that names, e-mails and phone numbers can be typed bare. Keywords are English in
 * any case; the grammar lets most of them be plain words where no keyword fits.
 */
#include "record/query_build.h"
#include "query_grammar.h"
#include "msg/query.h"

static int put(struct query_build *b, struct query_token *out, const char *from, int token)
{
    *out = (struct query_token){ .text = { from, (size_t)(b->at - from) },
                                 .pos = (int)(from - b->start) + 1, .end = (int)(b->at - b->start) + 1 };
    return token;
}

static int put_word(struct query_build *b, struct query_token *out, const char *from, int token, enum query_word w)
{
    put(b, out, from, token);
    out->word = w;
    return token;
}

static int put_unit(struct query_build *b, struct query_token *out, const char *from, enum query_unit u)
{
    put(b, out, from, TOKEN_UNIT);
    out->unit = u;
    return TOKEN_UNIT;
}

static int put_many(struct query_build *b, struct query_token *out, const char *from, int token, enum query_many m)
{
    put(b, out, from, token);
    out->many = m;
    return token;
}

/* Without its quotes of `open` and `close` bytes; \" \' \\ stand for the sign itself. */
static int put_string(struct query_build *b, struct query_token *out, const char *from, size_t open, size_t close)
{
    put(b, out, from, TOKEN_STRING);
    str s = { out->text.p + open, out->text.n - open - close };
    char *to = arena_new(b->a, char, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool is_escape = s.p[i] == '\\' && i + 1 < s.n && strchr("\"'\\", s.p[i + 1]);
        to[n++] = s.p[i += is_escape];
    }
    out->text = (str){ to, n };
    out->is_quoted = true;
    return TOKEN_STRING;
}

static int refuse(struct query_build *b, struct query_token *out, const char *from, int msg, str word)
{
    b->is_failed = true;
    put(b, out, from, -1);
    fail(b->e, ERR_INVALID, msg, "at byte %d", out->pos);
    b->e->pos = out->pos;
    err_arg(b->e, "word", word);
    return -1;
}

/* "my team" must not be read out of "my teammates". */
static bool is_cut(const char *at)
{
    return *at == '\0' || strchr(" \t\r\n()=!<>~,\"'", *at);
}

/* Is this the last word but a period before the end of count( ... )? Then the period is the count's
 * own, and not a part of the condition before it: "where path ~ x within 7 days )". */
static bool ends_many(const struct query_build *b, bool is_in)
{
    struct query_build ahead = *b;
    struct query_token t;
    struct err ignored;

    if (b->level > QUERY_DEPTH_MAX || !b->is_many[b->level])
        return false;
    ahead.e = &ignored;
    ahead.is_many[b->level] = false;
    int kind = query_scan(&ahead, &t);
    bool is_period = kind == TOKEN_THIS || kind == TOKEN_LAST || kind == TOKEN_NEXT;
    if (is_in && !is_period)
        return false;
    if (is_in)
        kind = query_scan(&ahead, &t);
    if (kind == TOKEN_NUM)
        kind = query_scan(&ahead, &t);
    if (kind != TOKEN_UNIT)
        return false;
    kind = query_scan(&ahead, &t);
    return kind == TOKEN_RP || kind == TOKEN_WHERE;
}

int query_scan(struct query_build *b, struct query_token *out)
{
    const char *from, *marker;
again:
    from = b->at;
    /*!re2c
    re2c:api = custom;
    re2c:api:style = free-form;
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYPEEK = "(unsigned char)*b->at";
    re2c:define:YYSKIP = "b->at++;";
    re2c:define:YYBACKUP = "marker = b->at;";
    re2c:define:YYRESTORE = "b->at = marker;";
    re2c:yyfill:enable = 0;
    re2c:encoding:utf8 = 1;
    re2c:encoding-policy = substitute;

    space = [ \t\r\n\u00a0];
    digit = [0-9০-৯०-९٠-٩۰-۹];
    quote = ["'“”«»];
    plain = [^] \ space \ quote \ [\x00()=!<>~,،];

    "\x00"                  {
        if (from >= b->end) {
            b->at = from;
            put(b, out, from, 0);
            return 0;
        }
        return refuse(b, out, from, MSG_query_bad_text, (str){ 0 });
    }
    space+                  { goto again; }
    "("                     { return put(b, out, from, TOKEN_LP); }
    ")"                     { return put(b, out, from, TOKEN_RP); }
    [,،]                    { return put(b, out, from, TOKEN_COMMA); }
    "=" | "=="              { return put(b, out, from, TOKEN_EQ); }
    "!=" | "<>"             { return put(b, out, from, TOKEN_NE); }
    "<"                     { return put(b, out, from, TOKEN_LT); }
    "<="                    { return put(b, out, from, TOKEN_LE); }
    ">"                     { return put(b, out, from, TOKEN_GT); }
    ">="                    { return put(b, out, from, TOKEN_GE); }
    "~"                     { return put(b, out, from, TOKEN_MATCH); }
    "!~"                    { return put(b, out, from, TOKEN_NO_MATCH); }
    'and'                   { return put(b, out, from, TOKEN_AND); }
    'or'                    { return put(b, out, from, TOKEN_OR); }
    'not'                   { return put(b, out, from, TOKEN_NOT); }
    'in'                    { return put(b, out, from, ends_many(b, true) ? TOKEN_DURING : TOKEN_IN); }
    'is'                    { return put(b, out, from, TOKEN_IS); }
    'empty'                 { return put(b, out, from, TOKEN_EMPTY); }
    'this'                  { return put(b, out, from, TOKEN_THIS); }
    'last'                  { return put(b, out, from, TOKEN_LAST); }
    'next'                  { return put(b, out, from, TOKEN_NEXT); }
    'within'                { return put(b, out, from, ends_many(b, false) ? TOKEN_WINDOW : TOKEN_WITHIN); }
    'where'                 { return put(b, out, from, TOKEN_WHERE); }
    'via'                   { return put(b, out, from, TOKEN_VIA); }
    'before'                { return put(b, out, from, TOKEN_BEFORE); }
    'after'                 { return put(b, out, from, TOKEN_AFTER); }
    'me'                    { return put_word(b, out, from, TOKEN_ME, WORD_ME); }
    'my' space+ 'team'      {
        if (is_cut(b->at))
            return put_word(b, out, from, TOKEN_ME, WORD_MY_TEAM);
        b->at = from + 2;
        return put(b, out, from, TOKEN_WORD);
    }
    'now'                   { return put_word(b, out, from, TOKEN_BASE, WORD_NOW); }
    'today'                 { return put_word(b, out, from, TOKEN_BASE, WORD_TODAY); }
    'yesterday'             { return put_word(b, out, from, TOKEN_BASE, WORD_YESTERDAY); }
    'tomorrow'              { return put_word(b, out, from, TOKEN_BASE, WORD_TOMORROW); }
    'true'                  { return put_word(b, out, from, TOKEN_ME, WORD_TRUE); }
    'false'                 { return put_word(b, out, from, TOKEN_ME, WORD_FALSE); }
    'minute' 's'?           { return put_unit(b, out, from, UNIT_MINUTE); }
    'hour' 's'?             { return put_unit(b, out, from, UNIT_HOUR); }
    'day' 's'?              { return put_unit(b, out, from, UNIT_DAY); }
    'week' 's'?             { return put_unit(b, out, from, UNIT_WEEK); }
    'month' 's'?            { return put_unit(b, out, from, UNIT_MONTH); }
    'quarter' 's'?          { return put_unit(b, out, from, UNIT_QUARTER); }
    'year' 's'?             { return put_unit(b, out, from, UNIT_YEAR); }
    [+-]                    { return put(b, out, from, TOKEN_SIGN); }
    digit+                  { return put(b, out, from, TOKEN_NUM); }
    [+-] digit+             { return put(b, out, from, TOKEN_SIGNED); }
    plain (plain | "'")*    { return put(b, out, from, TOKEN_WORD); }

    'in' space+ 'segment'   {
        if (is_cut(b->at))
            return put(b, out, from, TOKEN_IN_SEGMENT);
        b->at = from + 2;
        return put(b, out, from, TOKEN_IN);
    }
    'happened' space* "("   { return put_many(b, out, from, TOKEN_HAPPENED, MANY_HAPPENED); }
    'count' space* "("      { return put_many(b, out, from, TOKEN_AMOUNT, MANY_COUNT); }
    'sum' space* "("        { return put_many(b, out, from, TOKEN_AMOUNT, MANY_SUM); }
    'first' space* "("      { return put_many(b, out, from, TOKEN_MOMENT, MANY_FIRST); }
    'last' space* "("       { return put_many(b, out, from, TOKEN_MOMENT, MANY_LAST); }

    ["] ([^"\\\x00] | "\\" [^\x00])* ["]        { return put_string(b, out, from, 1, 1); }
    ['] ([^'\\\x00] | "\\" [^\x00])* [']        { return put_string(b, out, from, 1, 1); }
    "“" [^”\x00]* "”"                           { return put_string(b, out, from, 3, 3); }
    "«" [^»\x00]* "»"                           { return put_string(b, out, from, 2, 2); }
    quote                   { return refuse(b, out, from, MSG_query_quote_open, (str){ from, (size_t)(b->at - from) }); }
    *                       { return refuse(b, out, from, MSG_query_unexpected, (str){ from, (size_t)(b->at - from) }); }
    */
}
