/* fence.c - a process that speaks to strangers holds nothing worth stealing.
 *
 * What always holds: no descriptor of the core, no core dump, no new rights by exec. What holds
 * where the kernel has it: seccomp refuses exec, tracing, listening and the rarely needed doors
 * of the kernel; Landlock leaves the file system readable only where names and certificates are
 * looked up, and writable nowhere, so that the data folder cannot even be opened.
 */
#include "egress/fence.h"
#include "base/log.h"
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
enum { OUR_ARCH = (int)AUDIT_ARCH_X86_64 };
#elif defined __aarch64__
enum { OUR_ARCH = (int)AUDIT_ARCH_AARCH64 };
#else
enum { OUR_ARCH = 0 };
#endif

static const int refused[] = {
    SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_listen, SYS_accept, SYS_accept4, SYS_kill,
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_setns, SYS_unshare, SYS_bpf, SYS_perf_event_open, SYS_keyctl, SYS_add_key,
    SYS_request_key, SYS_userfaultfd, SYS_init_module, SYS_finit_module, SYS_kexec_load, SYS_open_by_handle_at, SYS_name_to_handle_at,
    SYS_setuid, SYS_setgid, SYS_setresuid, SYS_setresgid, SYS_io_uring_setup,
};

static bool filter_calls(void)
{
    enum { N = countof(refused) };
    struct sock_filter f[N + 6];
    unsigned k = 0;
    if (!OUR_ARCH)
        return false;
    f[k++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    f[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)OUR_ARCH, 1, 0);
    f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    f[k++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < N; i++)
        f[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)refused[i], (unsigned char)(N - i), 0);
    f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1);
    struct sock_fprog program = { (unsigned short)k, f };
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* ── files ─────────────────────────────────────────────────────────────────── */

enum { FILE_RIGHTS = (1 << 13) - 1, READ_RIGHTS = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR };

/* For names, certificates and the libraries that glibc loads late to look up a name. */
static const char *const readable[] = {
    "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services", "/etc/ssl", "/etc/ld.so.cache",
    "/run/systemd/resolve", "/usr/share/ca-certificates", "/usr/lib", "/usr/local/share/ca-certificates", "/lib", "/lib64", "/dev/urandom",
    "/usr/share/zoneinfo", NULL,
};

static void allow_reading(int rules, const char *path)
{
    struct landlock_path_beneath_attr rule = { .allowed_access = READ_RIGHTS, .parent_fd = open(path, O_PATH | O_CLOEXEC) };
    if (rule.parent_fd < 0)
        return;
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
        rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;     /* a file has no entries to read */
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(rule.parent_fd);
}

static int fence_files(void)
{
    struct landlock_ruleset_attr all = { .handled_access_fs = FILE_RIGHTS };
    int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    int rules = abi < 1 ? -1 : (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (rules < 0)
        return 0;
    for (const char *const *p = readable; *p; p++)
        allow_reading(rules, *p);
    bool ok = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return ok ? abi : 0;
}

/* ── all of it ─────────────────────────────────────────────────────────────── */

static void limit(int what, rlim_t n)
{
    struct rlimit l = { n, n };
    setrlimit((__rlimit_resource_t)what, &l);
}

void fence_close(int keep)
{
    syscall(SYS_close_range, keep + 1, ~0u, 0);
    if (chdir("/") != 0)
        die("egress: no root folder");
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 1024);
    prctl(PR_SET_DUMPABLE, 0);
    bool is_bound = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    int abi = is_bound ? fence_files() : 0;
    bool is_filtered = is_bound && filter_calls();
    log_event(is_filtered && abi ? LOG_INFO : LOG_WARN, "egress", LOG_N("no_new_privs", is_bound), LOG_N("seccomp", is_filtered),
              LOG_N("landlock", abi), LOG_N("pid", getpid()));
}
