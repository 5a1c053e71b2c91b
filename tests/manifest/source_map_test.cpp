#include "manifest/source_map.hpp"

#include <gtest/gtest.h>

namespace plugboard::manifest {
namespace {

std::shared_ptr<SourceTree> tree(std::string written) {
  auto made = std::make_shared<SourceTree>();
  made->source.written = std::move(written);
  return made;
}

SourceMap sources() {
  const auto root = tree("root");
  const auto a = tree("a");
  const auto a1 = tree("a1");
  a1->children.emplace("b/c~d", tree("b/c~d"));
  a1->children.emplace("", tree("empty"));
  a->children.emplace("1", a1);
  a->children.emplace("10", tree("a10"));
  root->children.emplace("a", a);
  return SourceMap(root);
}

TEST(SourceMap, KnowsThePlaceOfAValue) { EXPECT_EQ(sources().at("/a/10").written, "a10"); }

TEST(SourceMap, GivesTheEnclosingPlaceOfAMissingValue) {
  EXPECT_EQ(sources().at("/a/1/x/y").written, "a1");
}

TEST(SourceMap, GivesTheRootForAnythingElse) { EXPECT_EQ(sources().at("/zzz").written, "root"); }

TEST(SourceMap, WithoutARootHasLineZero) { EXPECT_EQ(SourceMap().at("/a").value.line, 0U); }

TEST(SourceMap, ReadsEscapesOfPointers) {
  EXPECT_EQ(sources().at("/a/1/b~1c~0d").written, "b/c~d");
}

TEST(SourceMap, KnowsMembersWithEmptyNames) { EXPECT_EQ(sources().at("/a/1/").written, "empty"); }

TEST(SourceMap, FindsExactPlacesOnly) {
  const SourceMap map = sources();
  EXPECT_NE(map.find("/a/1"), nullptr);
  EXPECT_EQ(map.find("/a/1/x"), nullptr);
}

TEST(SourceMap, WhatIsNoPointerLeadsNowhere) {
  EXPECT_EQ(sources().at("a").written, "root");
  EXPECT_EQ(sources().find("a"), nullptr);
}

TEST(SourceMap, PartHasThatPlaceAsItsRoot) {
  const SourceMap part = sources().below("/a/1");
  EXPECT_EQ(part.at("").written, "a1");
  EXPECT_EQ(part.at("/b~1c~0d").written, "b/c~d");
}

TEST(SourceMap, PartOfAMissingValueIsEmpty) { EXPECT_EQ(sources().below("/b").find(""), nullptr); }

TEST(SourceMap, PointersEscapeSlashesAndTildes) {
  EXPECT_EQ(pointer_to("/x", "a/b~c"), "/x/a~1b~0c");
}

TEST(SourceMap, PointersHoldIndices) { EXPECT_EQ(pointer_to("/x", std::size_t{12}), "/x/12"); }

}  // namespace
}  // namespace plugboard::manifest
