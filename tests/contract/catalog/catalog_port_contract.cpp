// SPDX-License-Identifier: Apache-2.0
#include "contract/catalog/catalog_port_contract.hpp"

#include "contract/made_up_cursors.hpp"
#include "contract/matchers.hpp"
#include "contract/sample_shop.hpp"

namespace banyan::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_P(CatalogPortContract, GivesATrackWithItsArtistAndPrice) {
  const auto track = catalog().handle(catalog::GetTrack{sample_shop().track(kLast)}, any_context());

  ASSERT_THAT(track, Succeeds());
  EXPECT_EQ(track->id, sample_shop().track(kLast));
  EXPECT_EQ(track->title, "Velvet Compass");
  EXPECT_EQ(track->artist, "Silent Engine");
  EXPECT_EQ(track->price, (Money{199, "EUR"}));
  EXPECT_EQ(track->duration_ms, 180'000);
  EXPECT_EQ(track->composer, std::nullopt);
}

TEST_P(CatalogPortContract, KeepsLettersOfAllAlphabetsAndComposers) {
  const auto zoe =
      catalog().handle(catalog::GetTrack{sample_shop().track(kNotStocked)}, any_context());
  const auto slow =
      catalog().handle(catalog::GetTrack{sample_shop().track(kAlsoPlenty)}, any_context());

  ASSERT_THAT(zoe, Succeeds());
  ASSERT_THAT(slow, Succeeds());
  EXPECT_EQ(zoe->title, "Under the Bridge of Zoë");
  EXPECT_EQ(slow->composer, "Greta Lindqvist");
}

TEST_P(CatalogPortContract, RefusesATrackThatDoesNotExist) {
  EXPECT_THAT(catalog().handle(catalog::GetTrack{no_such_track()}, any_context()),
              BreaksRule("catalog.unknown_track"));
}

TEST_P(CatalogPortContract, GivesAnAlbumWithItsTracksInTheOrderOfTheRecord) {
  const auto album = catalog().handle(catalog::GetAlbum{sample_shop().albums[0].id}, any_context());

  ASSERT_THAT(album, Succeeds());
  EXPECT_EQ(album->title, "Paper Harbour");
  EXPECT_EQ(album->artist.name, "Silent Engine");
  ASSERT_EQ(album->tracks.size(), 2U);
  EXPECT_EQ(album->tracks[0].title, "Crossing the Meadow");
  EXPECT_EQ(album->tracks[1].title, "River Song");
}

TEST_P(CatalogPortContract, RefusesAnAlbumThatDoesNotExist) {
  SeededRandom random(1);
  const auto nothing = catalog::AlbumId::make({1}, random);

  EXPECT_THAT(catalog().handle(catalog::GetAlbum{nothing}, any_context()),
              BreaksRule("catalog.unknown_album"));
}

TEST_P(CatalogPortContract, ListsEveryTrackOnceOverItsPages) {
  std::vector<catalog::TrackId> seen;
  catalog::ListTracks question{.album = {}, .cursor = {}, .limit = 4};
  do {
    const auto page = catalog().handle(question, any_context());
    ASSERT_THAT(page, Succeeds());
    ASSERT_LE(page->tracks.size(), 4U);
    for (const auto& track : page->tracks) seen.push_back(track.id);
    question.cursor = page->next_cursor;
  } while (question.cursor);

  std::vector<catalog::TrackId> all;
  for (const auto& track : sample_shop().tracks) all.push_back(track.id);
  EXPECT_EQ(seen, all);
}

TEST_P(CatalogPortContract, EndsTheListWhenThePageIsJustFull) {
  const auto page =
      catalog().handle(catalog::ListTracks{.album = {}, .cursor = {}, .limit = 6}, any_context());

  ASSERT_THAT(page, Succeeds());
  EXPECT_EQ(page->tracks.size(), 6U);
  EXPECT_EQ(page->next_cursor, std::nullopt);
}

TEST_P(CatalogPortContract, ListsTheTracksOfOneAlbum) {
  const auto page = catalog().handle(
      catalog::ListTracks{.album = sample_shop().albums[1].id, .cursor = {}, .limit = {}},
      any_context());

  ASSERT_THAT(page, Succeeds());
  ASSERT_EQ(page->tracks.size(), 2U);
  EXPECT_EQ(page->tracks[0].title, "Velvet Compass");
}

TEST_P(CatalogPortContract, ListsTheAlbumsOfOneArtist) {
  const auto page = catalog().handle(
      catalog::ListAlbums{.artist = sample_shop().artists[0].id, .cursor = {}, .limit = 1},
      any_context());
  ASSERT_THAT(page, Succeeds());
  ASSERT_TRUE(page->next_cursor);
  const auto rest = catalog().handle(
      catalog::ListAlbums{
          .artist = sample_shop().artists[0].id, .cursor = page->next_cursor, .limit = 1},
      any_context());

  ASSERT_THAT(rest, Succeeds());
  ASSERT_EQ(page->albums.size(), 1U);
  ASSERT_EQ(rest->albums.size(), 1U);
  EXPECT_EQ(page->albums[0].title, "Paper Harbour");
  EXPECT_EQ(rest->albums[0].title, "Beyond the River");
  EXPECT_EQ(rest->next_cursor, std::nullopt);
}

TEST_P(CatalogPortContract, RefusesLimitsOutOfBounds) {
  for (const std::int64_t limit : {-1, 0, 201}) {
    EXPECT_THAT(catalog().handle(catalog::ListTracks{.album = {}, .cursor = {}, .limit = limit},
                                 any_context()),
                BreaksRule("catalog.bad_limit"));
  }
}

TEST_P(CatalogPortContract, RefusesACursorThatItDidNotGiveOut) {
  const auto albums =
      catalog().handle(catalog::ListAlbums{.artist = {}, .cursor = {}, .limit = 1}, any_context());
  ASSERT_THAT(albums, Succeeds());

  std::vector<std::string> of_no_tracks = made_up_cursors("tracks");
  of_no_tracks.push_back(*albums->next_cursor);
  for (const std::string& cursor : of_no_tracks) {
    EXPECT_THAT(catalog().handle(catalog::ListTracks{.album = {}, .cursor = cursor, .limit = {}},
                                 any_context()),
                BreaksRule("catalog.bad_cursor"));
  }
  for (const std::string& cursor : made_up_cursors("albums")) {
    EXPECT_THAT(catalog().handle(catalog::ListAlbums{.artist = {}, .cursor = cursor, .limit = {}},
                                 any_context()),
                BreaksRule("catalog.bad_cursor"));
  }
}

TEST_P(CatalogPortContract, FindsSeveralTracksAndSaysWhichAreUnknown) {
  const auto& shop = sample_shop();
  const auto found = catalog().handle(catalog::GetTracks{{shop.track(kLast), no_such_track(),
                                                          shop.track(kPlenty), shop.track(kLast)}},
                                      any_context());

  ASSERT_THAT(found, Succeeds());
  ASSERT_EQ(found->tracks.size(), 2U);
  EXPECT_EQ(found->tracks[0].id, shop.track(kLast));
  EXPECT_EQ(found->tracks[1].id, shop.track(kPlenty));
  EXPECT_THAT(found->unknown, ElementsAre(no_such_track()));
}

TEST_P(CatalogPortContract, RefusesTooManyTracksAtOnceAndNone) {
  EXPECT_THAT(catalog().handle(catalog::GetTracks{{}}, any_context()),
              BreaksRule("catalog.bad_id_count"));
  EXPECT_THAT(
      catalog().handle(catalog::GetTracks{std::vector(101, no_such_track())}, any_context()),
      BreaksRule("catalog.bad_id_count"));
}

TEST_P(CatalogPortContract, ChangesAPriceForGood) {
  const catalog::ChangePrice change{sample_shop().track(kPlenty), {149, "EUR"}};

  for (int again = 0; again < 2; ++again) {
    const auto changed = catalog().handle(change, any_context());
    ASSERT_THAT(changed, Succeeds());
    EXPECT_EQ(changed->price.minor_units, 149);
  }
  const auto track = catalog().handle(catalog::GetTrack{change.id}, any_context());
  ASSERT_THAT(track, Succeeds());
  EXPECT_EQ(track->price, (Money{149, "EUR"}));
}

TEST_P(CatalogPortContract, RefusesPricesThatMakeNoSense) {
  const auto& id = sample_shop().track(kPlenty);

  EXPECT_THAT(catalog().handle(catalog::ChangePrice{id, {-1, "EUR"}}, any_context()),
              BreaksRule("catalog.bad_price"));
  EXPECT_THAT(catalog().handle(catalog::ChangePrice{id, {100'000'001, "EUR"}}, any_context()),
              BreaksRule("catalog.bad_price"));
  EXPECT_THAT(catalog().handle(catalog::ChangePrice{id, {99, "USD"}}, any_context()),
              BreaksRule("catalog.currency_differs"));
  EXPECT_THAT(catalog().handle(catalog::ChangePrice{no_such_track(), {99, "EUR"}}, any_context()),
              BreaksRule("catalog.unknown_track"));
}

TEST_P(CatalogPortContract, RetitlesATrackForGood) {
  const catalog::RetitleTrack change{sample_shop().track(kPlenty), "Zymurgy"};

  for (int again = 0; again < 2; ++again) {
    const auto changed = catalog().handle(change, any_context());
    ASSERT_THAT(changed, Succeeds());
    EXPECT_EQ(changed->title, "Zymurgy");
  }
  const auto track = catalog().handle(catalog::GetTrack{change.id}, any_context());
  ASSERT_THAT(track, Succeeds());
  EXPECT_EQ(track->title, "Zymurgy");
  const auto hits = catalog().handle(catalog::Search{"zymurgy", {}, {}}, any_context());
  ASSERT_THAT(hits, Succeeds());
  ASSERT_EQ(hits->hits.size(), 1U);
  EXPECT_EQ(hits->hits[0].track->id, change.id);
}

TEST_P(CatalogPortContract, RefusesWhatIsNoTitle) {
  const auto& id = sample_shop().track(kPlenty);
  for (const std::string& title :
       {std::string(), std::string("   "), std::string(201, 'x'), std::string("two\nlines")}) {
    EXPECT_THAT(catalog().handle(catalog::RetitleTrack{id, title}, any_context()),
                BreaksRule("catalog.bad_title"));
  }
  EXPECT_THAT(catalog().handle(catalog::RetitleTrack{no_such_track(), "A title"}, any_context()),
              BreaksRule("catalog.unknown_track"));
}

/// The titles of what is found, of albums in quotes.
std::vector<std::string> found(catalog::Catalog& catalog, const std::string& text) {
  const auto page = catalog.handle(catalog::Search{text, {}, {}}, any_context());
  EXPECT_THAT(page, Succeeds()) << text;
  std::vector<std::string> titles;
  if (!page) return titles;
  for (const catalog::SearchHit& hit : page->hits) {
    titles.push_back(hit.track ? hit.track->title : '"' + hit.album.title + '"');
  }
  return titles;
}

TEST_P(CatalogPortContract, FindsTracksAndAlbumsByWordsOfTheirTitles) {
  EXPECT_THAT(found(catalog(), "velvet"), ElementsAre("Velvet Compass"));
  EXPECT_THAT(found(catalog(), "compass VELVET"), ElementsAre("Velvet Compass"));
  EXPECT_THAT(found(catalog(), "velvet radio"), IsEmpty());
  const auto river = found(catalog(), "river");
  ASSERT_EQ(river.size(), 4U);
  EXPECT_THAT(std::vector(river.begin(), river.begin() + 2),
              UnorderedElementsAre("River Song", "\"Beyond the River\""))
      << "titles come before what is on an album of that title";
  EXPECT_THAT(std::vector(river.begin() + 2, river.end()),
              UnorderedElementsAre("Velvet Compass", "Slow Lantern (Quiet Version)"));
}

TEST_P(CatalogPortContract, FindsByTheArtistTogetherWithTheTitle) {
  EXPECT_THAT(found(catalog(), "ada vogel"),
              UnorderedElementsAre("\"Live at the Blue Station\"", "Western Radio",
                                   "Under the Bridge of Zoë"));
  EXPECT_THAT(found(catalog(), "vogel western"), ElementsAre("Western Radio"));
  EXPECT_THAT(found(catalog(), "paper crossing engine"), ElementsAre("Crossing the Meadow"));
}

TEST_P(CatalogPortContract, FindsByTheBeginningOfTheLastWordOnly) {
  EXPECT_THAT(found(catalog(), "lan"), ElementsAre("Slow Lantern (Quiet Version)"));
  EXPECT_THAT(found(catalog(), "slow l"), ElementsAre("Slow Lantern (Quiet Version)"));
  EXPECT_THAT(found(catalog(), "lan slow"), IsEmpty());
  EXPECT_THAT(found(catalog(), "antern"), IsEmpty());
}

TEST_P(CatalogPortContract, FindsWithoutAccentsWhatHasThem) {
  EXPECT_THAT(found(catalog(), "zoe"), ElementsAre("Under the Bridge of Zoë"));
  EXPECT_THAT(found(catalog(), "ZOË"), ElementsAre("Under the Bridge of Zoë"));
}

TEST_P(CatalogPortContract, FindsNothingWhereThereIsNoWordAndTakesNothingForASign) {
  for (const char* const text :
       {"", "   ", "*", "\"", "()", "?!", "–", "AND", "velvet AND radio", "NOT", "river NOT song",
        "title:river", "near(river song)", "\\"}) {
    EXPECT_THAT(found(catalog(), text), IsEmpty()) << text;
  }
  for (const char* const text :
       {"\"velvet", "velvet*", "(velvet)", "-velvet", "^velvet", "'velvet'", "velvet:*",
        "vel\u2019", "%velvet", "velvet;--", "velvet <->"}) {
    EXPECT_THAT(found(catalog(), text), ElementsAre("Velvet Compass")) << text;
  }
  std::string long_text = "velvet";
  for (int i = 0; i < 500; ++i) long_text += " velvet";
  EXPECT_THAT(found(catalog(), long_text), ElementsAre("Velvet Compass"));
}

TEST_P(CatalogPortContract, GivesWhatWasFoundInFullAndAPageAtATime) {
  std::vector<catalog::SearchHit> hits;
  catalog::Search question{.text = "silent engine", .cursor = {}, .limit = 4};
  do {
    const auto page = catalog().handle(question, any_context());
    ASSERT_THAT(page, Succeeds());
    ASSERT_LE(page->hits.size(), 4U);
    hits.insert(hits.end(), page->hits.begin(), page->hits.end());
    question.cursor = page->next_cursor;
  } while (question.cursor);

  ASSERT_EQ(hits.size(), 6U) << "two albums, and four tracks on them";
  std::vector<std::string> tracks;
  for (const catalog::SearchHit& hit : hits) {
    EXPECT_EQ(hit.album.artist.name, "Silent Engine");
    if (!hit.track) continue;
    tracks.push_back(hit.track->id.str());
    EXPECT_EQ(catalog().handle(catalog::GetTrack{hit.track->id}, any_context()), *hit.track);
    EXPECT_EQ(hit.track->album, hit.album.id);
  }
  const auto& shop = sample_shop();
  EXPECT_THAT(tracks, UnorderedElementsAre(shop.tracks[0].id.str(), shop.tracks[1].id.str(),
                                           shop.tracks[2].id.str(), shop.tracks[3].id.str()));
}

TEST_P(CatalogPortContract, RefusesSearchesWithLimitsAndCursorsOfNoSearch) {
  for (const std::int64_t limit : {-1, 0, 101}) {
    EXPECT_THAT(catalog().handle(catalog::Search{"river", {}, limit}, any_context()),
                BreaksRule("catalog.bad_limit"));
  }
  for (const std::string& cursor : {std::string("nonsense"), make_cursor("albums", "3"),
                                    make_cursor("search", "-1"), make_cursor("search", "x")}) {
    EXPECT_THAT(catalog().handle(catalog::Search{"river", cursor, {}}, any_context()),
                BreaksRule("catalog.bad_cursor"));
  }
}

}  // namespace
}  // namespace banyan::contract
