// A preloaded library that makes locks fail ($GENLOSS_LOCKS = none) or always succeed (= any), as on file systems that
// have none, or none between hosts.
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>

namespace {

int answer(const char* name, int descriptor, int command, void* argument) {
  using Fcntl = int (*)(int, int, ...);
  static const auto real = reinterpret_cast<Fcntl>(::dlsym(RTLD_NEXT, name));
  const char* locks = std::getenv("GENLOSS_LOCKS");
  if (command == F_OFD_SETLK && locks != nullptr) {
    if (std::string_view(locks) == "any") return 0;
    errno = ENOSYS;
    return -1;
  }
  return real(descriptor, command, argument);
}

}  // namespace

extern "C" int fcntl(int descriptor, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return answer("fcntl", descriptor, command, argument);
}

extern "C" int fcntl64(int descriptor, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return answer("fcntl64", descriptor, command, argument);
}
