/* msg.c - any message with any arguments; any Accept-Language. */
#include "lang.h"
#include "lang/msg_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = fuzz_arena();
    struct msg_arg args[MSG_SLOTS_MAX];
    msg_id id;
    if (n < 12)
        return 0;
    struct locale loc = fuzz_reader(data[0]);
    int row = (data[1] | data[2] << 8) % msg_nrows;
    int64_t i;
    memcpy(&i, data + 3, sizeof i);
    str s = { (const char *)data + 12, n - 12 };

    for (int k = 0; k < MSG_SLOTS_MAX; k++)
        args[k] = (struct msg_arg){ (enum msg_arg_kind)((data[11] + k) % (ARG_MONEY + 1)), i, (double)i, s };
    if (msg_find(str_of(msg_rows[row].key), &id))
        msg_text(a, &loc, id, args);
    msg_find(s, &id);
    lang_from_accept(s, LANG_EN);
    return 0;
}
