#include "manifest/diagnostic.hpp"

#include <gtest/gtest.h>

namespace plugboard::manifest {
namespace {

TEST(Diagnostic, IsOneLineWithAllItsParts) {
  const Diagnostic diagnostic{"relay.toml", {3, 14},    Severity::kError,
                              "x is wrong", "\"clos\"", "\"close\", \"drop\"",
                              "close"};
  EXPECT_EQ(diagnostic.text(),
            "relay.toml:3:14: error: x is wrong; found \"clos\"; allowed: \"close\", \"drop\"; "
            "did you mean \"close\"?");
}

TEST(Diagnostic, LeavesOutEmptyParts) {
  const Diagnostic diagnostic{"relay.toml", {3, 14}, Severity::kError, "x is wrong"};
  EXPECT_EQ(diagnostic.text(), "relay.toml:3:14: error: x is wrong");
}

TEST(Diagnostic, AboutTheWholeFileHasNoLine) {
  const Diagnostic diagnostic{"relay.toml", {}, Severity::kError, "cannot be read"};
  EXPECT_EQ(diagnostic.text(), "relay.toml: error: cannot be read");
}

TEST(Diagnostic, WarningSaysSo) {
  const Diagnostic diagnostic{"relay.toml", {1, 1}, Severity::kWarning, "x is odd"};
  EXPECT_EQ(diagnostic.text(), "relay.toml:1:1: warning: x is odd");
}

TEST(Diagnostic, StaysOneLineWhateverItHolds) {
  const Diagnostic diagnostic{
      "relay\n.toml", {1, 1}, Severity::kError, "\x1B[2Ja\x7F\xC2\x9B\xC2\xA0\xC3\x84"};
  EXPECT_EQ(diagnostic.text(),
            "relay\\u000A.toml:1:1: error: \\u001B[2Ja\\u007F\\u009B\xC2\xA0\xC3\x84");
}

TEST(Diagnostics, AreTakenInTheOrderOfTheFile) {
  Diagnostics diagnostics("f");
  diagnostics.error({2, 1}, "third");
  diagnostics.error({1, 9}, "second");
  diagnostics.error({1, 2}, "first");
  EXPECT_EQ(to_text(diagnostics.take()),
            "f:1:2: error: first\nf:1:9: error: second\nf:2:1: error: third\n");
}

TEST(Diagnostics, OfOnePlaceErrorsComeFirst) {
  Diagnostics diagnostics("f");
  diagnostics.warning({1, 1}, "odd");
  diagnostics.error({1, 1}, "wrong");
  EXPECT_EQ(to_text(diagnostics.take()), "f:1:1: error: wrong\nf:1:1: warning: odd\n");
}

TEST(Diagnostics, WarningsAreNoErrors) {
  Diagnostics diagnostics("f");
  diagnostics.warning({1, 1}, "odd");
  EXPECT_FALSE(diagnostics.has_errors());
}

TEST(Diagnostics, AreGoneOnceTaken) {
  Diagnostics diagnostics("f");
  diagnostics.error({1, 1}, "wrong");
  (void)diagnostics.take();
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_TRUE(diagnostics.take().empty());
}

}  // namespace
}  // namespace plugboard::manifest
