"""The two plain lists of the seccomp filter: calls that always run, and calls that never do, with the reason.

Data only; `syscalls` makes a filter of them, adds the calls that depend on their arguments, and documents the answers.
Each list covers both architectures: a name that one of them lacks is simply not used there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """Calls that are refused together, and what they would be good for."""

    why: str
    calls: tuple[str, ...]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FILE_ATTRIBUTE_CALLS = _names("""
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
    setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
""")
"""Mode, owner, times and extended attributes of files: what Landlock does not cover."""

SIGNAL_CALLS = _names("kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal")
"""Signals to a process or a thread, one's own too."""

ALLOWED = (
    *FILE_ATTRIBUTE_CALLS,
    *SIGNAL_CALLS,
    # Files: what may be opened is decided by mounts and by Landlock, not here.
    *_names("""
        read write open close stat fstat lstat lseek pread64 pwrite64 readv writev preadv pwritev pwritev2
        access faccessat faccessat2 openat openat2 creat newfstatat statx statfs fstatfs getdents getdents64 getcwd
        chdir fchdir
        rename renameat renameat2 mkdir mkdirat rmdir unlink unlinkat link linkat symlink symlinkat readlink readlinkat
        mknod mknodat truncate ftruncate fallocate umask dup dup2 dup3 flock fsync fdatasync sync_file_range
        sendfile copy_file_range splice tee close_range memfd_create
        getxattr lgetxattr fgetxattr getxattrat listxattr llistxattr flistxattr listxattrat file_getattr
    """),
    # Waiting and events.
    *_names("""
        poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
        eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime pipe pipe2
        futex futex_waitv futex_wake futex_wait futex_requeue set_robust_list get_robust_list membarrier rseq
    """),
    # Memory.
    *_names("""
        mmap mprotect munmap mremap msync madvise brk mlock mlock2 munlock mlockall munlockall mseal
        pkey_mprotect pkey_alloc pkey_free map_shadow_stack get_mempolicy
    """),
    # Sockets, once opened.
    *_names("""
        connect accept accept4 bind listen shutdown
        getsockname getpeername setsockopt getsockopt
    """),
    # Processes, threads and signals, within the submission's pid namespace or Landlock's signal scope.
    *_names("""
        fork vfork execve execveat exit exit_group wait4 waitid pidfd_open
        rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait
        rt_sigsuspend sigaltstack pause restart_syscall set_tid_address arch_prctl gettid getpid getppid getpgid setpgid
        getpgrp getsid setsid
    """),
    # Identity: without capabilities these change nothing but what the process already is.
    *_names("""
        getuid geteuid getgid getegid getgroups getresuid getresgid setuid setgid setreuid setregid setresuid setresgid
        setgroups setfsuid setfsgid capget capset landlock_create_ruleset landlock_add_rule landlock_restrict_self
        lsm_get_self_attr lsm_list_modules
    """),
    # Time, resources and the scheduler.
    *_names("""
        time gettimeofday times clock_gettime clock_getres clock_nanosleep nanosleep getitimer setitimer alarm
        timer_create timer_settime timer_gettime timer_getoverrun timer_delete
        getrlimit setrlimit getrusage sysinfo uname getcpu getrandom
        sched_yield sched_getparam sched_getscheduler sched_getattr sched_get_priority_max sched_get_priority_min
        sched_rr_get_interval sched_getaffinity getpriority ioprio_get
    """),
)

REFUSED = (
    Refusal("read or change another process", _names("ptrace process_vm_readv process_vm_writev process_madvise")),
    Refusal("take another process's descriptors, or compare kernel pointers", _names("pidfd_getfd kcmp")),
    Refusal("free another process's memory while it dies", _names("process_mrelease")),
    Refusal("load programs into the kernel", _names("bpf seccomp")),
    Refusal("watch other processes through the processor's counters", _names("perf_event_open")),
    Refusal(
        "the kernel's own trampolines: it asks no filter, and kills whoever else calls them",
        _names("""
        uprobe uretprobe
    """),
    ),
    Refusal("pause the kernel in the middle of an access: the tool of many exploits", _names("userfaultfd")),
    Refusal("keys of the user's keyring", _names("keyctl add_key request_key")),
    Refusal("do other calls where a filter cannot see them", _names("io_uring_setup io_uring_enter io_uring_register")),
    Refusal(
        "old asynchronous input and output: kernel memory, no use",
        _names("""
        io_setup io_destroy io_getevents io_pgetevents io_submit io_cancel
    """),
    ),
    Refusal(
        "change or list mounts, change the root",
        _names("""
        mount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick mount_setattr
        statmount listmount
    """),
    ),
    Refusal("make or enter namespaces; a user namespace gives capabilities back", _names("unshare setns listns")),
    Refusal(
        "kernel modules, another kernel",
        _names("""
        init_module finit_module delete_module kexec_load kexec_file_load
        create_module query_module get_kernel_syms
    """),
    ),
    Refusal(
        "the machine: power, swap, accounting, quotas, host name, kernel log",
        _names("""
        reboot swapon swapoff acct quotactl quotactl_fd sethostname setdomainname syslog
    """),
    ),
    Refusal("the machine's clock", _names("settimeofday clock_settime clock_adjtime adjtimex")),
    Refusal(
        "tell which pages of shared files lie in memory, or put them there or out: a message from one submission to the next",
        _names("fadvise64 readahead cachestat mincore preadv2"),
    ),
    Refusal("make the whole machine write its discs out, which slows the neighbours", _names("sync syncfs")),
    Refusal("open files by number, past every directory", _names("open_by_handle_at name_to_handle_at")),
    Refusal("watch every file of a mount", _names("fanotify_init fanotify_mark")),
    Refusal(
        "watch files: of the few watchers that a user may have, all would be gone",
        _names("inotify_init inotify_init1 inotify_add_watch inotify_rm_watch"),
    ),
    Refusal("ports and segments of the processor", _names("iopl ioperm modify_ldt")),
    Refusal("hang up the terminal", _names("vhangup")),
    Refusal(
        "memory that outlives the process and that no resource limit counts",
        _names("""
        shmget shmat shmctl shmdt semget semop semtimedop semctl msgget msgsnd msgrcv msgctl
        mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
    """),
    ),
    Refusal("memory that even the kernel cannot see", _names("memfd_secret")),
    Refusal("move memory between nodes", _names("mbind set_mempolicy set_mempolicy_home_node migrate_pages move_pages")),
    Refusal("map pages of this process into pipes, or out of order: bugs, no use", _names("vmsplice remap_file_pages")),
    Refusal("flags such as immutable, security labels", _names("file_setattr lsm_set_self_attr")),
    Refusal(
        "gone from the kernel, or only ever reserved",
        _names("""
        uselib _sysctl sysfs ustat nfsservctl lookup_dcookie getpmsg putpmsg afs_syscall tuxcall security vserver
        set_thread_area get_thread_area epoll_ctl_old epoll_wait_old
    """),
    ),
)
