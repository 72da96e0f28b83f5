/*
 * Notes every change that a process makes below a directory, in the order in which it is made, to one file:
 * what a disk was told, to work out what may be on it after power was lost at any moment.
 *
 *   LD_PRELOAD=disklog.so DISKLOG_ROOT=/real/path DISKLOG_FILE=/elsewhere/log  program
 *
 * A note is 32 bytes, in the machine's byte order, and what follows:
 *
 *   0   u32  size       of all of it
 *   4   u32  kind       see below
 *   8   i32  file       descriptor, or -1
 *   12  i32  flags      of open or fallocate
 *   16  i64  offset     in the file; of a sync its number
 *   24  i64  length
 *   32       bytes written, or paths, each ended by a zero
 *
 * A change and its note are made under one lock, so their orders are the same. A sync isn't: it has a note
 * before and a note after, and has brought to the disk what was noted before the first. Changes made in ways that
 * are not noted here (a mapping, a copy inside the kernel, another's directory descriptor) are noted as unknown,
 * and whoever reads the notes refuses them.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
  STARTED = 1,
  OPENED,
  CLOSED,
  WRITTEN,
  TRUNCATED,
  ALLOCATED,
  SYNCING,
  SYNCED,
  RENAMED,
  UNLINKED,
  DIRECTORY_MADE,
  DIRECTORY_REMOVED,
  UNKNOWN
};

struct note {
  uint32_t size, kind;
  int32_t file, flags;
  int64_t offset, length;
};

#define FILES_MAX 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char followed[FILES_MAX];
static char appends[FILES_MAX];
static const char *root;
static size_t root_length;
static int log_fd = -1;
static int64_t syncs;

#define REAL(name) ((__typeof__(&name))real(#name))

/* Who holds the file's lock as well may kill the process: no change is without its note then. */
static void lock_file(short type) {
  struct flock all = {.l_type = type, .l_whence = SEEK_SET};
  int error = errno;
  while (fcntl(log_fd, F_SETLKW, &all) != 0) {
    if (errno != EINTR) {
      abort();
    }
  }
  errno = error;
}

static void begin(void) {
  pthread_mutex_lock(&lock);
  lock_file(F_WRLCK);
}

static void end(void) {
  lock_file(F_UNLCK);
  pthread_mutex_unlock(&lock);
}

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) {
    abort();
  }
  return found;
}

static void fail(const char *what) {
  fprintf(stderr, "disklog: %s: %s\n", what, strerror(errno));
  abort();
}

static void append(struct note note, struct iovec *parts, int count) {
  struct iovec all[count + 1];
  size_t size = sizeof note;
  for (int i = 0; i < count; i++) {
    all[i + 1] = parts[i];
    size += parts[i].iov_len;
  }
  note.size = size;
  all[0].iov_base = &note;
  all[0].iov_len = sizeof note;
  if (REAL(writev)(log_fd, all, count + 1) != (ssize_t)size) {
    fail("the log can't be written");
  }
}

static void note_paths(int kind, int file, int flags, const char *one, const char *other) {
  struct iovec parts[2] = {{(void *)one, strlen(one) + 1}, {(void *)other, other ? strlen(other) + 1 : 0}};
  append((struct note){.kind = kind, .file = file, .flags = flags}, parts, other ? 2 : 1);
}

static void note_numbers(int kind, int file, int flags, int64_t offset, int64_t length) {
  append((struct note){.kind = kind, .file = file, .flags = flags, .offset = offset, .length = length}, NULL, 0);
}

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("DISKLOG_FILE");
  root = getenv("DISKLOG_ROOT");
  if (path == NULL || root == NULL) {
    root = NULL;
    return;
  }
  root_length = strlen(root);
  int opened = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  log_fd = opened < 0 ? -1 : fcntl(opened, F_DUPFD_CLOEXEC, 1000);
  if (log_fd < 0) {
    fail(path);
  }
  REAL(close)(opened);
  note_numbers(STARTED, -1, 0, getpid(), 0);
}

static int is_below(const char *path) {
  return root != NULL && path != NULL && strncmp(path, root, root_length) == 0 &&
         (path[root_length] == '/' || path[root_length] == 0);
}

static int is_followed(int fd) { return root != NULL && fd >= 0 && fd < FILES_MAX && followed[fd]; }

static void unknown(const char *what, const char *path) {
  begin();
  note_paths(UNKNOWN, -1, 0, what, path == NULL ? "" : path);
  end();
}

/* ---------------------------------------------------------------- opening, closing */

static int opened(int fd, int flags, const char *path) {
  if (fd >= FILES_MAX) {
    fail("too many files");
  }
  if (fd >= 0) {
    followed[fd] = 1;
    appends[fd] = (flags & O_APPEND) != 0;
    note_paths(OPENED, fd, flags, path, NULL);
  }
  return fd;
}

#define OPEN(name)                                               \
  int name(const char *path, int flags, ...) {                   \
    mode_t mode = 0;                                             \
    if (flags & (O_CREAT | __O_TMPFILE)) {                       \
      va_list rest;                                              \
      va_start(rest, flags);                                     \
      mode = va_arg(rest, mode_t);                               \
      va_end(rest);                                              \
    }                                                            \
    if (!is_below(path)) {                                       \
      return REAL(name)(path, flags, mode);                      \
    }                                                            \
    begin();                                                     \
    int fd = opened(REAL(name)(path, flags, mode), flags, path); \
    int error = errno;                                           \
    end();                                                       \
    errno = error;                                               \
    return fd;                                                   \
  }

OPEN(open)
OPEN(open64)

#define OPEN_AT(name)                                                \
  int name(int at, const char *path, int flags, ...) {               \
    mode_t mode = 0;                                                 \
    if (flags & (O_CREAT | __O_TMPFILE)) {                           \
      va_list rest;                                                  \
      va_start(rest, flags);                                         \
      mode = va_arg(rest, mode_t);                                   \
      va_end(rest);                                                  \
    }                                                                \
    if (!is_below(path)) {                                           \
      if (is_followed(at) && (flags & O_ACCMODE) != O_RDONLY) {      \
        unknown(#name, path);                                        \
      }                                                              \
      return REAL(name)(at, path, flags, mode);                      \
    }                                                                \
    begin();                                                         \
    int fd = opened(REAL(name)(at, path, flags, mode), flags, path); \
    int error = errno;                                               \
    end();                                                           \
    errno = error;                                                   \
    return fd;                                                       \
  }

OPEN_AT(openat)
OPEN_AT(openat64)

int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

#define CLOSING(fd, call)            \
  begin();                           \
  followed[fd] = 0;                  \
  note_numbers(CLOSED, fd, 0, 0, 0); \
  int result = call;                 \
  int error = errno;                 \
  end();                             \
  errno = error;                     \
  return result;

int close(int fd) {
  if (!is_followed(fd)) {
    return fd >= 0 && fd == log_fd ? 0 : REAL(close)(fd);
  }
  CLOSING(fd, REAL(close)(fd))
}

int closedir(DIR *directory) {
  int fd = dirfd(directory);
  if (!is_followed(fd)) {
    return REAL(closedir)(directory);
  }
  CLOSING(fd, REAL(closedir)(directory))
}

/* ---------------------------------------------------------------- writing */

/* Notes the first bytes of some parts. */
static void written(int fd, int64_t offset, const struct iovec *parts, int count, ssize_t bytes) {
  struct iovec noted[count];
  size_t rest = bytes;
  for (int i = 0; i < count; i++) {
    noted[i] = parts[i];
    if (noted[i].iov_len > rest) {
      noted[i].iov_len = rest;
    }
    rest -= noted[i].iov_len;
  }
  append((struct note){.kind = WRITTEN, .file = fd, .offset = offset, .length = bytes}, noted, count);
}

#define WRITING(fd, call, offset_after, parts, count) \
  begin();                                            \
  ssize_t bytes = call;                               \
  int error = errno;                                  \
  if (bytes > 0) {                                    \
    written(fd, offset_after, parts, count, bytes);   \
  }                                                   \
  end();                                              \
  errno = error;                                      \
  return bytes;

ssize_t write(int fd, const void *from, size_t size) {
  if (!is_followed(fd)) {
    return REAL(write)(fd, from, size);
  }
  struct iovec part = {(void *)from, size};
  WRITING(fd, REAL(write)(fd, from, size), lseek(fd, 0, SEEK_CUR) - bytes, &part, 1)
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!is_followed(fd)) {
    return REAL(writev)(fd, parts, count);
  }
  WRITING(fd, REAL(writev)(fd, parts, count), lseek(fd, 0, SEEK_CUR) - bytes, parts, count)
}

#define PWRITE(name, type)                                            \
  ssize_t name(int fd, const void *from, size_t size, type offset) {  \
    if (!is_followed(fd)) {                                           \
      return REAL(name)(fd, from, size, offset);                      \
    }                                                                 \
    if (appends[fd]) {                                                \
      unknown(#name " to a file that is appended to", NULL);          \
    }                                                                 \
    struct iovec part = {(void *)from, size};                         \
    WRITING(fd, REAL(name)(fd, from, size, offset), offset, &part, 1) \
  }

PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PWRITEV(name, type)                                                 \
  ssize_t name(int fd, const struct iovec *parts, int count, type offset) { \
    if (!is_followed(fd)) {                                                 \
      return REAL(name)(fd, parts, count, offset);                          \
    }                                                                       \
    WRITING(fd, REAL(name)(fd, parts, count, offset), offset, parts, count) \
  }

PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

/* ---------------------------------------------------------------- other changes */

#define CHANGING(is_noted, call, noting) \
  if (!(is_noted)) {                     \
    return call;                         \
  }                                      \
  begin();                               \
  int result = call;                     \
  int error = errno;                     \
  if (result == 0) {                     \
    noting;                              \
  }                                      \
  end();                                 \
  errno = error;                         \
  return result;

int ftruncate(int fd, off_t length) {
  CHANGING(is_followed(fd), REAL(ftruncate)(fd, length), note_numbers(TRUNCATED, fd, 0, 0, length))
}

int ftruncate64(int fd, off64_t length) {
  CHANGING(is_followed(fd), REAL(ftruncate64)(fd, length), note_numbers(TRUNCATED, fd, 0, 0, length))
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
  CHANGING(is_followed(fd), REAL(fallocate)(fd, mode, offset, length),
           note_numbers(ALLOCATED, fd, mode, offset, length))
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
  CHANGING(is_followed(fd), REAL(fallocate64)(fd, mode, offset, length),
           note_numbers(ALLOCATED, fd, mode, offset, length))
}

int posix_fallocate(int fd, off_t offset, off_t length) {
  CHANGING(is_followed(fd), REAL(posix_fallocate)(fd, offset, length), note_numbers(ALLOCATED, fd, 0, offset, length))
}

int posix_fallocate64(int fd, off64_t offset, off64_t length) {
  CHANGING(is_followed(fd), REAL(posix_fallocate64)(fd, offset, length),
           note_numbers(ALLOCATED, fd, 0, offset, length))
}

int rename(const char *from, const char *to) {
  CHANGING(is_below(from) || is_below(to), REAL(rename)(from, to), note_paths(RENAMED, -1, 0, from, to))
}

int unlink(const char *path) {
  CHANGING(is_below(path), REAL(unlink)(path), note_paths(UNLINKED, -1, 0, path, NULL))
}

int mkdir(const char *path, mode_t mode) {
  CHANGING(is_below(path), REAL(mkdir)(path, mode), note_paths(DIRECTORY_MADE, -1, 0, path, NULL))
}

int rmdir(const char *path) {
  CHANGING(is_below(path), REAL(rmdir)(path), note_paths(DIRECTORY_REMOVED, -1, 0, path, NULL))
}

/* ---------------------------------------------------------------- syncing */

#define SYNC(name)                            \
  int name(int fd) {                          \
    if (!is_followed(fd)) {                   \
      return REAL(name)(fd);                  \
    }                                         \
    begin();                                  \
    int64_t number = ++syncs;                 \
    note_numbers(SYNCING, fd, 0, number, 0);  \
    end();                                    \
    int result = REAL(name)(fd);              \
    int error = errno;                        \
    if (result == 0) {                        \
      begin();                                \
      note_numbers(SYNCED, fd, 0, number, 0); \
      end();                                  \
    }                                         \
    errno = error;                            \
    return result;                            \
  }

SYNC(fsync)
SYNC(fdatasync)

/* ---------------------------------------------------------------- what nobody here follows */

#define UNKNOWN_PATH(type, name, parameters, arguments, path) \
  type name parameters {                                      \
    if (is_below(path)) {                                     \
      unknown(#name, path);                                   \
    }                                                         \
    return REAL(name) arguments;                              \
  }

UNKNOWN_PATH(int, link, (const char *from, const char *to), (from, to), to)
UNKNOWN_PATH(int, symlink, (const char *from, const char *to), (from, to), to)
UNKNOWN_PATH(int, remove, (const char *path), (path), path)
UNKNOWN_PATH(int, truncate, (const char *path, off_t length), (path, length), path)
UNKNOWN_PATH(int, truncate64, (const char *path, off64_t length), (path, length), path)
UNKNOWN_PATH(int, mkdirat, (int at, const char *path, mode_t mode), (at, path, mode), path)
UNKNOWN_PATH(int, renameat, (int at, const char *from, int into, const char *to), (at, from, into, to), to)
UNKNOWN_PATH(int, linkat, (int at, const char *from, int into, const char *to, int flags),
             (at, from, into, to, flags), to)

int unlinkat(int at, const char *path, int flags) {
  if (is_followed(at) || is_below(path)) {
    unknown("unlinkat", path);
  }
  return REAL(unlinkat)(at, path, flags);
}

#define FOPEN(name)                                       \
  FILE *name(const char *path, const char *mode) {        \
    if (is_below(path) && strpbrk(mode, "wa+") != NULL) { \
      unknown(#name, path);                               \
    }                                                     \
    return REAL(name)(path, mode);                        \
  }

FOPEN(fopen)
FOPEN(fopen64)

#define MMAP(name, type)                                                                \
  void *name(void *at, size_t length, int protection, int flags, int fd, type offset) { \
    if (is_followed(fd) && (protection & PROT_WRITE) && (flags & MAP_SHARED)) {         \
      unknown(#name, NULL);                                                             \
    }                                                                                   \
    return REAL(name)(at, length, protection, flags, fd, offset);                       \
  }

MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
  if (is_followed(out)) {
    unknown("copy_file_range", NULL);
  }
  return REAL(copy_file_range)(in, from, out, to, length, flags);
}

ssize_t sendfile64(int out, int in, off64_t *from, size_t length) {
  if (is_followed(out)) {
    unknown("sendfile64", NULL);
  }
  ssize_t (*call)(int, int, off64_t *, size_t) = (ssize_t(*)(int, int, off64_t *, size_t))real("sendfile64");
  return call(out, in, from, length);
}

int dup2(int from, int to) {
  if (is_followed(from) || is_followed(to)) {
    unknown("dup2", NULL);
  }
  return REAL(dup2)(from, to);
}
