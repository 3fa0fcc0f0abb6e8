// Goal: whatever is put into a batch, in whichever way, is the frames that say it, one
// behind another; and a large message does not keep its memory.
#define BOOST_TEST_MODULE greenroom_net_frame_batch
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "net/frame_batch.hpp"

using greenroom::net::frame_batch;

namespace {

std::size_t take_number(std::string_view& bytes, std::size_t size) {
  std::size_t result = 0;
  for (const char byte : bytes.substr(0, size))
    result = result << 8 | static_cast<unsigned char>(byte);
  bytes.remove_prefix(size);
  return result;
}

/// The texts of unmasked, whole text messages: RFC 6455, section 5.2.
std::vector<std::string> texts_in(std::string_view bytes) {
  std::vector<std::string> result;
  while (!bytes.empty()) {
    BOOST_TEST_REQUIRE(take_number(bytes, 1) == 0x81u);
    auto size = take_number(bytes, 1);
    if (size == 126) {
      size = take_number(bytes, 2);
      BOOST_TEST(size >= 126u); // The shortest form is the only one.
    } else if (size == 127) {
      size = take_number(bytes, 8);
      BOOST_TEST(size > 0xFFFFu);
    }
    BOOST_TEST_REQUIRE(size <= bytes.size());
    result.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return result;
}

const std::size_t sizes[]{0, 1, 125, 126, 127, 1000, 65'535, 65'536, 200'000};

void add(frame_batch& batch, std::string_view text, bool is_begun) {
  if (!is_begun)
    return batch.add_text(text);
  batch.begin() += text;
  batch.end();
}

} // namespace

BOOST_AUTO_TEST_CASE(frames_of_all_sizes_follow_each_other) {
  for (const auto first : sizes)
    for (const auto second : sizes)
      for (int ways = 0; ways < 4; ++ways) {
        const std::vector texts{std::string(first, 'a'), std::string(second, 'b')};
        frame_batch batch;
        add(batch, texts[0], (ways & 1) != 0);
        add(batch, texts[1], (ways & 2) != 0);
        BOOST_TEST((texts_in(batch.bytes()) == texts));
      }
}

BOOST_AUTO_TEST_CASE(what_is_cancelled_leaves_nothing) {
  frame_batch batch;
  batch.begin() += "said too late";
  batch.cancel();
  BOOST_TEST(batch.empty());
  batch.add_text("before");
  batch.begin() += "said too late";
  batch.cancel();
  batch.begin() += "after";
  batch.end();
  BOOST_TEST((texts_in(batch.bytes()) == std::vector<std::string>{"before", "after"}));
}

BOOST_AUTO_TEST_CASE(raw_bytes_stand_as_they_are) {
  frame_batch batch;
  batch.add_text("text");
  batch.add_raw({"\x89\x00", 2});
  BOOST_TEST((batch.bytes() == std::string_view{"\x81\x04text\x89\x00", 8}));
}

BOOST_AUTO_TEST_CASE(a_batch_is_full_before_it_is_too_much_for_one_write) {
  frame_batch batch;
  std::size_t count = 0;
  for (const std::string text(1'000, 'x'); batch.has_room(); ++count)
    batch.add_text(text);
  BOOST_TEST(count > 30u);
  BOOST_TEST(count < 300u);
  batch.clear();
  BOOST_TEST(batch.empty());
  BOOST_TEST(batch.has_room());
  batch.add_text(std::string(1'000'000, 'x'));
  const auto* large = batch.bytes().data();
  batch.clear();
  BOOST_TEST((batch.bytes().data() != large));
}

BOOST_AUTO_TEST_CASE(text_without_memory_of_its_own_gives_back_what_a_large_one_took) {
  greenroom::wire::json_text text;
  text += std::string(10'000, 'x');
  text.clear(20'000);
  const auto* kept = text.view().data();
  text += std::string(10'000, 'y');
  BOOST_TEST((text.view().data() == kept));
  text.clear(5'000);
  BOOST_TEST((text.view().data() != kept));
  BOOST_TEST(text.size() == 0u);
  text += "small";
  BOOST_TEST(text.view() == "small");
}
