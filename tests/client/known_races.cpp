// Without it ThreadSanitizer reports a race where a future that holds an exception ends: the count
// of an exception's holders is kept by libstdc++, whose code is not instrumented, so the sanitizer
// does not see that it orders them. Other programs never call this.
extern "C" const char* __tsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)

extern "C" const char* __tsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "race:std::__future_base::_Result<\n"
         "race:std::__exception_ptr::exception_ptr::_M_release\n";
}
