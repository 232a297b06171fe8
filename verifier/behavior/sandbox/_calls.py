"""The system calls a confined process has no use for, by what they reach.

Name to number: on x86-64 (`asm/unistd_64.h`), on arm64 (`asm-generic/unistd.h`); -1 where a processor has no such call.
Where these differ between kernels, calls are only added: what is newer than `NEWEST` is denied whatever it does.
"""

from __future__ import annotations

from types import MappingProxyType

NEWEST = 469
"""The last call whose meaning is known here, `file_setattr` of Linux 6.17; on both processors."""

NETWORK = MappingProxyType(
    {
        # Networks and other processes, by any kind of socket.
        "socket": (41, 198),
        "socketpair": (53, 199),
        "connect": (42, 203),
        "accept": (43, 202),
        "accept4": (288, 242),
        "bind": (49, 200),
        "listen": (50, 201),
        "sendto": (44, 206),
        "sendmsg": (46, 211),
        "sendmmsg": (307, 269),
    }
)

PROCESSES = MappingProxyType(
    {
        # Other programs, other processes, other namespaces.
        "execve": (59, 221),
        "execveat": (322, 281),
        "fork": (57, -1),
        "vfork": (58, -1),
        "unshare": (272, 97),
        "setns": (308, 268),
        # The memory, signals and scheduling of other processes, and the process group by which this one is ended.
        "ptrace": (101, 117),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "process_madvise": (440, 440),
        "pidfd_open": (434, 434),
        "pidfd_getfd": (438, 438),
        "pidfd_send_signal": (424, 424),
        "kcmp": (312, 272),
        "tkill": (200, 130),
        "rt_sigqueueinfo": (129, 138),
        "rt_tgsigqueueinfo": (297, 240),
        "setsid": (112, 157),
        "setpgid": (109, 154),
        "setpriority": (141, 140),
        "ioprio_set": (251, 30),
        "sched_setscheduler": (144, 119),
        "sched_setattr": (314, 274),
        "sched_setparam": (142, 118),
        "migrate_pages": (256, 238),
        "move_pages": (279, 239),
    }
)

FILES = MappingProxyType(
    {
        # Changes to files and to what is known of them, which Landlock covers in part, and memory that is a file.
        "creat": (85, -1),
        "truncate": (76, 45),
        "ftruncate": (77, 46),
        "fallocate": (285, 47),
        "rename": (82, -1),
        "renameat": (264, 38),
        "renameat2": (316, 276),
        "link": (86, -1),
        "linkat": (265, 37),
        "symlink": (88, -1),
        "symlinkat": (266, 36),
        "unlink": (87, -1),
        "unlinkat": (263, 35),
        "mkdir": (83, -1),
        "mkdirat": (258, 34),
        "rmdir": (84, -1),
        "mknod": (133, -1),
        "mknodat": (259, 33),
        "chmod": (90, -1),
        "fchmod": (91, 52),
        "fchmodat": (268, 53),
        "fchmodat2": (452, 452),
        "chown": (92, -1),
        "fchown": (93, 55),
        "lchown": (94, -1),
        "fchownat": (260, 54),
        "utime": (132, -1),
        "utimes": (235, -1),
        "utimensat": (280, 88),
        "futimesat": (261, -1),
        "setxattr": (188, 5),
        "lsetxattr": (189, 6),
        "fsetxattr": (190, 7),
        "setxattrat": (463, 463),
        "removexattr": (197, 14),
        "lremovexattr": (198, 15),
        "fremovexattr": (199, 16),
        "removexattrat": (466, 466),
        "memfd_create": (319, 279),
        "memfd_secret": (447, 447),
        "open_by_handle_at": (304, 265),
        "name_to_handle_at": (303, 264),
        "flock": (73, 32),
        "splice": (275, 76),
        "tee": (276, 77),
        "vmsplice": (278, 75),
        "copy_file_range": (326, 285),
        "sendfile": (40, 71),
        "inotify_init": (253, -1),
        "inotify_init1": (294, 26),
        "fanotify_init": (300, 262),
        "fanotify_mark": (301, 263),
        "file_setattr": (469, 469),
    }
)

KERNEL = MappingProxyType(
    {
        # Memory and queues that outlive the process.
        "shmget": (29, 194),
        "shmat": (30, 196),
        "shmctl": (31, 195),
        "msgget": (68, 186),
        "msgsnd": (69, 189),
        "semget": (64, 190),
        "semop": (65, 193),
        "mq_open": (240, 180),
        "mq_unlink": (241, 181),
        # Rights and limits, so that those given up stay so.
        "setrlimit": (160, 164),
        "setuid": (105, 146),
        "setgid": (106, 144),
        "setreuid": (113, 145),
        "setregid": (114, 143),
        "setresuid": (117, 147),
        "setresgid": (119, 149),
        "setgroups": (116, 159),
        "setfsuid": (122, 151),
        "setfsgid": (123, 152),
        "capset": (126, 91),
        "keyctl": (250, 219),
        "add_key": (248, 217),
        "request_key": (249, 218),
        # Parts of the kernel that no computation needs; io_uring would do what is denied here.
        "io_uring_setup": (425, 425),
        "io_uring_enter": (426, 426),
        "io_uring_register": (427, 427),
        "io_setup": (206, 0),
        "io_submit": (209, 2),
        "bpf": (321, 280),
        "perf_event_open": (298, 241),
        "userfaultfd": (323, 282),
        "mount": (165, 40),
        "umount2": (166, 39),
        "pivot_root": (155, 41),
        "chroot": (161, 51),
        "move_mount": (429, 429),
        "open_tree": (428, 428),
        "open_tree_attr": (467, 467),
        "fsopen": (430, 430),
        "fsconfig": (431, 431),
        "fsmount": (432, 432),
        "fspick": (433, 433),
        "mount_setattr": (442, 442),
        "swapon": (167, 224),
        "swapoff": (168, 225),
        "reboot": (169, 142),
        "kexec_load": (246, 104),
        "kexec_file_load": (320, 294),
        "init_module": (175, 105),
        "finit_module": (313, 273),
        "delete_module": (176, 106),
        "acct": (163, 89),
        "quotactl": (179, 60),
        "quotactl_fd": (443, 443),
        "settimeofday": (164, 170),
        "clock_settime": (227, 112),
        "clock_adjtime": (305, 266),
        "adjtimex": (159, 171),
        "sethostname": (170, 161),
        "setdomainname": (171, 162),
        "syslog": (103, 116),
        "vhangup": (153, 58),
        "iopl": (172, -1),
        "ioperm": (173, -1),
        "personality": (135, 92),
        "lookup_dcookie": (212, 18),
        "nfsservctl": (180, 42),
        "modify_ldt": (154, -1),
    }
)

DENIED = MappingProxyType({**NETWORK, **PROCESSES, **FILES, **KERNEL})

JUDGED = MappingProxyType(
    {
        # Allowed or not by their arguments, see `_seccomp`.
        "clone": (56, 220),
        "clone3": (435, 435),
        "kill": (62, 129),
        "tgkill": (234, 131),
        "prlimit64": (302, 261),
    }
)

PROGRAMS = frozenset(
    {
        # Of those denied above, what a training program and its workers need.
        *("socket", "socketpair", "connect", "accept", "accept4", "bind", "listen", "sendto", "sendmsg", "sendmmsg"),
        *("execve", "execveat", "fork", "vfork", "setsid", "setpgid", "setpriority", "ioprio_set", "tkill"),
        *("pidfd_open", "pidfd_send_signal", "sched_setscheduler", "sched_setattr", "sched_setparam", "setrlimit"),
        *("creat", "truncate", "ftruncate", "fallocate", "rename", "renameat", "renameat2", "link", "linkat"),
        *("symlink", "symlinkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "flock"),
        *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "utime", "utimes"),
        *("utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr"),
        *("fremovexattr", "removexattrat", "memfd_create", "splice", "tee", "vmsplice", "copy_file_range", "sendfile"),
        *("inotify_init", "inotify_init1", "io_setup", "io_submit", "migrate_pages", "move_pages", "setuid", "setgid"),
        *("setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid", "capset"),
    }
)
"""Calls of DENIED that a program of the user's may use; what paths they reach is Landlock's and the namespaces'."""

IOCTL = (16, 29)

OPENING = MappingProxyType({"open": (2, -1), "openat": (257, 56), "openat2": (437, 437)})
"""Calls that open files: to write or to read."""

FILTERING = MappingProxyType({"seccomp": (317, 277)})
"""What puts a further filter before ours, which could answer in its place; `prctl` does too."""

PRCTL = (157, 167)
