/* Loaded before the C library: sets the wall clock of a process tree off by the seconds in a shared file, from one
   instant to the next. The steady clock, timers and waits of a length go on as they did, as where an operator sets a clock.

   WALL_CLOCK_FILE names the file: 8 bytes, a signed number of nanoseconds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t right = 0;
static const volatile int64_t *off = &right;
static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_sem_timedwait)(sem_t *, const struct timespec *);

__attribute__((constructor)) static void begin(void)
{
    real_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    real_sem_timedwait = (int (*)(sem_t *, const struct timespec *))dlsym(RTLD_NEXT, "sem_timedwait");
    const char *path = getenv("WALL_CLOCK_FILE");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED)
        off = page;
    close(file);
}

static void shift(struct timespec *moment, int64_t by)
{
    int64_t nanoseconds = moment->tv_nsec + by % 1000000000;
    moment->tv_sec += by / 1000000000 + (nanoseconds < 0 ? -1 : nanoseconds / 1000000000);
    moment->tv_nsec = nanoseconds < 0 ? nanoseconds + 1000000000 : nanoseconds % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *moment)
{
    /* Another library's constructor may ask before ours has run. */
    int answer = real_gettime ? real_gettime(clock, moment) : (int)syscall(SYS_clock_gettime, clock, moment);
    if (answer == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI))
        shift(moment, *off);
    return answer;
}

int gettimeofday(struct timeval *restrict moment, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    moment->tv_sec = now.tv_sec;
    moment->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where != NULL)
        *where = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *moment, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, moment) == 0 ? base : 0;
}

/* The one wait until a moment of the wall clock that Python's modules use (billiard's semaphores). */
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    struct timespec moment = *until;
    shift(&moment, -*off);
    return real_sem_timedwait(semaphore, &moment);
}
