// Linked into every program that is built with sanitizers: the sanitizers' settings travel with the program, whoever
// starts it.

// NOLINTBEGIN(bugprone-reserved-identifier): the sanitizers look for these names.
extern "C" {

/// Libraries that were unloaded show in leak reports as unknown modules, which nothing can suppress; so keep them.
int dlclose(void*) noexcept { return 0; }

const char* __asan_default_options() {
  // Open MPI and LibTorch are not instrumented: containers that cross their border look overflowed and are not.
  return "detect_container_overflow=0:strict_string_checks=1:detect_stack_use_after_return=1:allocator_may_return_null="
         "1";
}

const char* __ubsan_default_options() { return "print_stacktrace=1"; }

const char* __lsan_default_options() { return "print_suppressions=0"; }

/// What is not instrumented synchronises by means that are not seen; and what they open is loaded late.
const char* __tsan_default_options() { return "ignore_noninstrumented_modules=1:second_deadlock_stack=1"; }

const char* __tsan_default_suppressions() {
  return "called_from_lib:libmpi.so\ncalled_from_lib:libopen-pal.so\ncalled_from_lib:libopen-rte.so\n"
         "called_from_lib:libpmix.so\n"
         "race:libopen-pal\nrace:libopen-rte\nrace:libmpi.so\nrace:libpmix\nrace:mca_\nrace:libevent\n"
         "deadlock:libopen-pal\n";
}

/// What foreign libraries keep until the process ends. Nothing of ours is named here.
const char* __lsan_default_suppressions() {
  return
      // Open MPI and what it opens
      "leak:libmpi.so\nleak:libopen-pal\nleak:libopen-rte\nleak:mca_\nleak:libpmix\nleak:libhwloc\nleak:libevent\n"
      "leak:libfabric\nleak:libucp\nleak:libucs\nleak:libuct\nleak:libibverbs\nleak:libpsm2\nleak:libnl-3\n"
      "leak:libhdf5\nleak:libcrypto\n"
      // the same, where the C library's missing frame pointers hide the caller; nothing of ours uses asprintf
      "leak:vasprintf\n"
      // OpenMP's thread pool
      "leak:libgomp\n";
}
}
// NOLINTEND(bugprone-reserved-identifier)
