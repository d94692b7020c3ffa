/* One door for two users: libFuzzer calls LLVMFuzzerTestOneInput in a program of its own for each target; replay.c links all
   targets into one program and calls fuzz_NAME. A target returns how many errors it reported; what must never be is a crash. */
#ifndef MLOPS_FUZZ_H
#define MLOPS_FUZZ_H
#include <stddef.h>
#include <stdint.h>

#ifdef FUZZ_REPLAY
#define FUZZ_TARGET(name) \
	int fuzz_##name(const uint8_t *text, size_t len); \
	int fuzz_##name(const uint8_t *text, size_t len)
#else
#define FUZZ_TARGET(name) \
	int LLVMFuzzerTestOneInput(const uint8_t *text, size_t len); \
	static int fuzz_##name(const uint8_t *text, size_t len); \
	int LLVMFuzzerTestOneInput(const uint8_t *text, size_t len) \
	{ \
		fuzz_##name(text, len); \
		return 0; \
	} \
	static int fuzz_##name(const uint8_t *text, size_t len)
#endif

/* A law that does not hold is a crash, so that the fuzzer keeps the input. */
#define LAW(holds, text) do { if (!(holds)) fuzz_broken(__FILE__, __LINE__, text); } while (0)
_Noreturn static inline void fuzz_broken(const char *file, int line, const char *law);

#include <stdio.h>
#include <stdlib.h>
_Noreturn static inline void fuzz_broken(const char *file, int line, const char *law)
{
	fprintf(stderr, "%s:%d: broken law: %s\n", file, line, law);
	abort();
}
#endif
