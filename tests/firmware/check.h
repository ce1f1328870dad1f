#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

/// The smallest test runner that serves: `TEST(name) { CHECK(…); }`, one case a run, named on the command line.
namespace check {

using Case = void (*)();
inline std::map<std::string, Case> &cases() {
  static std::map<std::string, Case> all;
  return all;
}
struct Register {
  Register(const char *name, Case body) { cases()[name] = body; }
};

inline int run(int argc, char **argv) {
  if (argc != 2 || !cases().contains(argv[1])) {
    std::fprintf(stderr, "usage: %s CASE\n", argv[0]);
    return 2;
  }
  cases()[argv[1]]();
  return 0;
}

}  // namespace check

#define TEST(name) \
  static void name(); \
  static const check::Register register_##name(#name, name); \
  static void name()

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::exit(1); \
    } \
  } while (false)

#define CHECK_EQ(actual, expected) \
  do { \
    const auto actual_ = (actual); \
    const auto expected_ = (expected); \
    if (actual_ != expected_) { \
      std::fprintf(stderr, "%s:%d: %s is %g, not %g\n", __FILE__, __LINE__, #actual, static_cast<double>(actual_), \
                   static_cast<double>(expected_)); \
      std::exit(1); \
    } \
  } while (false)
