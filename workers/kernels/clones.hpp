#pragma once
// One function, compiled for several instruction sets; the loader takes the best the processor has. Bits are the same
// on one kind of processor, not between kinds.

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(GENLOSS_NO_CLONES)
#define GENLOSS_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define GENLOSS_CLONES
#endif
