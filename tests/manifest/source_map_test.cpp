#include "manifest/source_map.hpp"

#include <gtest/gtest.h>

namespace plugboard::manifest {
namespace {

SourceMap sources() {
  SourceMap map;
  map.add("", {{1, 1}, {1, 1}, "root"});
  map.add("/a", {{2, 1}, {2, 1}, "a"});
  map.add("/a/1", {{3, 1}, {3, 1}, "a1"});
  map.add("/a/10", {{4, 1}, {4, 1}, "a10"});
  map.add("/a/1/b~1c", {{5, 1}, {5, 1}, "b/c"});
  return map;
}

TEST(SourceMap, KnowsThePlaceOfAValue) { EXPECT_EQ(sources().at("/a/1/b~1c").written, "b/c"); }

TEST(SourceMap, GivesTheEnclosingPlaceOfAMissingValue) {
  EXPECT_EQ(sources().at("/a/1/x/y").written, "a1");
}

TEST(SourceMap, GivesTheRootForAnythingElse) { EXPECT_EQ(sources().at("/zzz").written, "root"); }

TEST(SourceMap, WithoutARootHasLineZero) { EXPECT_EQ(SourceMap().at("/a").value.line, 0U); }

TEST(SourceMap, FindsExactPlacesOnly) { EXPECT_EQ(sources().find("/a/1/x"), nullptr); }

TEST(SourceMap, PartHasThatPlaceAsItsRoot) {
  const SourceMap part = sources().below("/a/1");
  EXPECT_EQ(part.at("").written, "a1");
  EXPECT_EQ(part.at("/b~1c").written, "b/c");
}

TEST(SourceMap, PartHoldsNoNeighbourWhoseNameBeginsAlike) {
  EXPECT_EQ(sources().below("/a/1").find("0"), nullptr);
}

TEST(SourceMap, PointersEscapeSlashesAndTildes) {
  EXPECT_EQ(pointer_to("/x", "a/b~c"), "/x/a~1b~0c");
}

TEST(SourceMap, PointersHoldIndices) { EXPECT_EQ(pointer_to("/x", std::size_t{12}), "/x/12"); }

}  // namespace
}  // namespace plugboard::manifest
