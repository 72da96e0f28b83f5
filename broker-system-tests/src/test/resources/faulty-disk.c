/*
 * A disk that fails or slows down on command, for a process started with this library in LD_PRELOAD and
 * FAULTY_DISK naming a control file. Each line of that is a fault:
 *
 *   CALL WHAT PATH TIMES      fsync EIO .journal 1
 *
 *   CALL   write (also what grows a file), fsync (also fdatasync), open (to write), rename
 *   WHAT   ENOSPC, EROFS, EIO, EMFILE; delay=MS; short, for writes of half of what was asked for
 *   PATH   part of the file's path
 *   TIMES  how often, at most; 0 for as long as it stands there
 *
 * The file is looked at with every call. A change of its text starts all counts anew.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FAULTS_MAX 16
#define BLOCK 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char text[2048];
static long left[FAULTS_MAX];

struct fault {
  int error;
  int delay_ms;
  int is_short;
};

static void what(const char *word, struct fault *fault) {
  if (!strcmp(word, "ENOSPC")) fault->error = ENOSPC;
  else if (!strcmp(word, "EROFS")) fault->error = EROFS;
  else if (!strcmp(word, "EIO")) fault->error = EIO;
  else if (!strcmp(word, "EMFILE")) fault->error = EMFILE;
  else if (!strcmp(word, "short")) fault->is_short = 1;
  else if (!strncmp(word, "delay=", 6)) fault->delay_ms = atoi(word + 6);
}

/* Looks the fault of a call up; waits, if it is to be slow. Returns what its errno is to be, or 0. */
static int meet(const char *call, const char *path, int *is_short) {
  const char *control = getenv("FAULTY_DISK");
  if (!control || !path) return 0;
  char now[sizeof text] = "";
  int fd = (int) syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  long length = syscall(SYS_read, fd, now, sizeof now - 1);
  syscall(SYS_close, fd);
  if (length <= 0) return 0;

  struct fault fault = {0};
  pthread_mutex_lock(&lock);
  int is_new = strcmp(now, text) != 0;
  if (is_new) strcpy(text, now);
  char *rest = NULL;
  int i = 0;
  for (char *line = strtok_r(now, "\n", &rest); line && i < FAULTS_MAX; line = strtok_r(NULL, "\n", &rest), i++) {
    char its_call[16], its_what[16], its_path[256];
    long times;
    if (sscanf(line, "%15s %15s %255s %ld", its_call, its_what, its_path, &times) != 4) continue;
    if (is_new) left[i] = times == 0 ? -1 : times;
    if (strcmp(its_call, call) || !strstr(path, its_path) || left[i] == 0) continue;
    if (left[i] > 0) left[i]--;
    what(its_what, &fault);
  }
  pthread_mutex_unlock(&lock);

  if (fault.delay_ms) {
    struct timespec time = {fault.delay_ms / 1000, fault.delay_ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
  }
  if (is_short) *is_short = fault.is_short;
  return fault.error;
}

static int meet_fd(const char *call, int fd, int *is_short) {
  if (!getenv("FAULTY_DISK")) return 0;
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 1 || path[0] != '/') return 0; /* a socket, a pipe */
  path[length] = 0;
  return meet(call, path, is_short);
}

/* Half of a write, in whole blocks. */
static size_t half(size_t size) {
  return size <= BLOCK ? size : (size / 2 + BLOCK - 1) / BLOCK * BLOCK;
}

#define NEXT(result, name, ...) \
  static result (*next)(__VA_ARGS__); \
  if (!next) next = (result(*)(__VA_ARGS__)) dlsym(RTLD_NEXT, name)

#define FAIL(error) \
  do { \
    int failed = (error); \
    if (failed) { errno = failed; return -1; } \
  } while (0)

ssize_t write(int fd, const void *bytes, size_t size) {
  NEXT(ssize_t, "write", int, const void *, size_t);
  int is_short = 0;
  FAIL(meet_fd("write", fd, &is_short));
  return next(fd, bytes, is_short ? half(size) : size);
}

#define PWRITE(name) \
  ssize_t name(int fd, const void *bytes, size_t size, off_t at) { \
    NEXT(ssize_t, #name, int, const void *, size_t, off_t); \
    int is_short = 0; \
    FAIL(meet_fd("write", fd, &is_short)); \
    return next(fd, bytes, is_short ? half(size) : size, at); \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

ssize_t writev(int fd, const struct iovec *parts, int count) {
  NEXT(ssize_t, "writev", int, const struct iovec *, int);
  int is_short = 0;
  FAIL(meet_fd("write", fd, &is_short));
  if (is_short && count > 0) {
    struct iovec first = {parts[0].iov_base, half(parts[0].iov_len)};
    return next(fd, &first, 1);
  }
  return next(fd, parts, count);
}

#define ONE_FD(name, call) \
  int name(int fd) { \
    NEXT(int, #name, int); \
    FAIL(meet_fd(call, fd, NULL)); \
    return next(fd); \
  }
ONE_FD(fsync, "fsync")
ONE_FD(fdatasync, "fsync")

int fallocate(int fd, int mode, off_t at, off_t size) {
  NEXT(int, "fallocate", int, int, off_t, off_t);
  FAIL(meet_fd("write", fd, NULL));
  return next(fd, mode, at, size);
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    NEXT(int, #name, const char *, int, ...); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    if ((flags & O_ACCMODE) != O_RDONLY) FAIL(meet("open", path, NULL)); \
    return next(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

int rename(const char *from, const char *to) {
  NEXT(int, "rename", const char *, const char *);
  FAIL(meet("rename", from, NULL));
  return next(from, to);
}
