// SPDX-License-Identifier: Apache-2.0
#include "contract/port_under_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "application/use_cases.hpp"
#include "contract/matchers.hpp"
#include "contract/wire_worlds.hpp"
#include "wikis.hpp"

/// What the module promises, whatever the wiki is kept in and however it is reached.
namespace wiki {
namespace {

using banyan::contract::any_context;
using banyan::contract::PortUnderTest;
using pages::GetPage;
using pages::Page;
using pages::Pages;

const Content kContent{
    .pages = {{"notes", {"A heron, Gr\u00FC\u00DFe & <\u00FCmlauts>.\n", 1'600'000'000}},
              {"desk:prices", {"12.50", 1'600'000'001}},
              {"old:latin", {"Gr\xFC\xDF\r\n", 1'600'000'002}},
              {"old:broken", {"\xED\xA0\x80", 1'600'000'003}},
              {"empty", {"", 1'600'000'004}}},
    .rules = {{.scope = "*", .for_everybody = true, .may_read = true},
              {.scope = "desk:*", .for_everybody = true}}};

class World final : public banyan::contract::PortWorld<Pages> {
 public:
  explicit World(std::shared_ptr<pages::Wiki> wiki)
      : wiki_(std::move(wiki)), pages_(pages::make_pages_on({*wiki_})) {}
  Pages& port() override { return *pages_; }

 private:
  const std::shared_ptr<pages::Wiki> wiki_;
  const std::unique_ptr<Pages> pages_;
};

PortUnderTest<Pages> kept(Keeping keeping) {
  const std::string name = keeping.name;
  return {name, [keeping = std::move(keeping)] {
            return std::make_unique<World>(keeping.keep(kContent));
          }};
}

class PagesPortContract : public testing::TestWithParam<PortUnderTest<Pages>> {
 protected:
  auto get(const std::string& name) { return world_->port().handle(GetPage{name}, any_context()); }

 private:
  const std::unique_ptr<banyan::contract::PortWorld<Pages>> world_ = GetParam().make();
};

TEST_P(PagesPortContract, AnswersThePageAsItWasSavedLast) {
  const auto notes = get("notes");
  ASSERT_THAT(notes, Succeeds());
  EXPECT_EQ(*notes, (Page{"notes", 1'600'000'000, "A heron, Gr\u00FC\u00DFe & <\u00FCmlauts>.\n"}));
  const auto empty = get("empty");
  ASSERT_THAT(empty, Succeeds());
  EXPECT_EQ(empty->source, "");
}

TEST_P(PagesPortContract, ReadsBytesAsTheWikiDoes) {
  const auto latin = get("old:latin");
  ASSERT_THAT(latin, Succeeds());
  EXPECT_EQ(latin->source, "Gr\u00FC\u00DF\n");
  EXPECT_THAT(get("old:broken"), BreaksRule("pages.no_text"));
}

TEST_P(PagesPortContract, KnowsNoPageThatIsNotThere) {
  EXPECT_THAT(get("nothing"), BreaksRule("pages.unknown_page"));
  EXPECT_THAT(get("notes:below"), BreaksRule("pages.unknown_page"));
}

TEST_P(PagesPortContract, SaysNothingOfWhatNotEverybodyMayReadNotEvenWhetherItIsThere) {
  EXPECT_THAT(get("desk:prices"), BreaksRule("pages.not_public"));
  EXPECT_THAT(get("desk:nothing"), BreaksRule("pages.not_public"));
}

TEST_P(PagesPortContract, TakesOnlyNamesAsTheWikiWritesThem) {
  for (const char* const name :
       {"Notes", "old__prices", "desk:", "_notes", "gr\u00FC\u00DFe", "a b", "..:secret"}) {
    EXPECT_THAT(get(name), BreaksRule("pages.bad_name")) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(InProcess, PagesPortContract,
                         testing::Values(in_process("in_process_memory", kept(in_memory())),
                                         in_process("in_process_files", kept(in_files()))),
                         banyan::contract::print_name);
INSTANTIATE_TEST_SUITE_P(Rehearsal, PagesPortContract,
                         testing::Values(rehearsed(kept(in_memory())), rehearsed(kept(in_files()))),
                         banyan::contract::print_name);

}  // namespace
}  // namespace wiki
