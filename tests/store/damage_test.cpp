// What damage on disk does to the queue: it touches one message, hides none of its neighbours, and what is
// damaged stays for somebody to look at.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <set>
#include <span>
#include <thread>

#include "store/salvage.hpp"
#include "store/segment_reader.hpp"
#include "store/segment_spool.hpp"
#include "store/spool_answer.hpp"
#include "support/example_policy.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

std::string slurp(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_file(std::string const& path, std::string const& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void flip_bit(std::string& bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
}

// Files of which a part cannot be read, as a disk with a bad block has them.
class BadBlock : public ReadableFile {
 public:
  BadBlock(std::shared_ptr<ReadableFile const> file, std::uint64_t from, std::uint64_t to)
      : file_(std::move(file)), from_(from), to_(to) {}
  Result<std::size_t, FileError> read(std::uint64_t offset, std::span<char> into) const override {
    if (offset >= from_ && offset < to_) return fail(FileError::broken);
    if (offset < from_) into = into.first(std::min<std::size_t>(into.size(), from_ - offset));
    return file_->read(offset, into);
  }
  std::uint64_t size() const override { return file_->size(); }

 private:
  std::shared_ptr<ReadableFile const> file_;
  std::uint64_t from_;
  std::uint64_t to_;
};

class DamageTest : public testing::Test {
 protected:
  struct Kept {
    MessageId id;
    std::string content;
  };

  std::unique_ptr<SegmentSpool> open_spool() {
    auto spool = SegmentSpool::open({.directory = place.path("spool"),
                                     .segment_size = 1U << 20,
                                     .idle_interval = std::chrono::milliseconds(1),
                                     .compaction_pause = std::chrono::milliseconds(1)},
                                    real_files(), place.log, place.counters);
    EXPECT_TRUE(spool) << (spool ? "" : spool.error());
    return std::move(*spool);
  }

  static MessageId accept_in(SegmentSpool& spool, std::string const& content) {
    wire::Envelope envelope;
    envelope.reverse_path = tests::address("s@far.example");
    envelope.arrived = from_micros(1000);
    envelope.recipients.push_back({.address = tests::address("a@example.org")});
    auto const id = spool.next_id();
    EXPECT_TRUE(answer_of([&](auto done) { spool.accept(id, content, envelope, done); }));
    return id;
  }

  // Three messages in the first segment, and one in the second.
  void fill() {
    auto spool = open_spool();
    for (std::string const content :
         {"Subject: one\r\n\r\n1\r\n", "Subject: two\r\n\r\n22\r\n", "Subject: three\r\n\r\n333\r\n"})
      kept.push_back({accept_in(*spool, content), content});
    spool.reset();
    spool = open_spool();
    kept.push_back({accept_in(*spool, "Subject: last\r\n\r\n"), "Subject: last\r\n\r\n"});
    spool.reset();
    whole = slurp(first());
  }

  std::string first() const { return place.path("spool/0000000000000001.segment"); }

  static std::string read_all(SpoolIndex const& index, MessageId id) {
    auto const* entry = index.find(id);
    if (entry == nullptr) return "not there";
    std::string content;
    for (auto const& chunk : entry->chunks) {
      auto const& segment = index.segments().at(chunk.segment);
      auto const piece = read_content(*segment.file, segment.salt, id, chunk);
      if (!piece) return "unreadable";
      content += *piece;
    }
    return content;
  }

  // How many of the messages are whole.
  std::size_t whole_messages() {
    SpoolIndex index;
    auto const recovery = recover(real_files(), place.path("spool"), index);
    EXPECT_TRUE(recovery);
    std::size_t count = 0;
    for (auto const& message : kept) {
      auto const content = read_all(index, message.id);
      if (content == message.content) ++count;
    }
    return count;
  }

  bool is_still_on_disk(std::string const& bytes) const {
    for (auto const& entry : std::filesystem::directory_iterator(place.path("spool")))
      if (slurp(entry.path()) == bytes) return true;
    return false;
  }

  tests::Workplace place;
  std::vector<Kept> kept;
  std::string whole;  // the first segment
};

TEST_F(DamageTest, OfAnyOneBitTouchesOneMessageAtMost) {
  fill();
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    auto damaged = whole;
    flip_bit(damaged, bit);
    write_file(first(), damaged);
    EXPECT_GE(whole_messages(), kept.size() - 1) << "bit " << bit;
    if (bit < 8 * wire::segment_header_size) EXPECT_EQ(whole_messages(), kept.size()) << "bit " << bit;
  }
}

// Every message that can be read is delivered, and the others are given up; then no segment is needed.
TEST_F(DamageTest, IsNeverDeleted) {
  fill();
  for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 37) {
    SCOPED_TRACE("bit " + std::to_string(bit));
    std::filesystem::remove_all(place.path("spool"));
    kept.clear();
    fill();
    auto damaged = whole;
    flip_bit(damaged, bit);
    write_file(first(), damaged);
    auto spool = open_spool();
    for (auto const id : spool->list({}, 100)) {
      for (std::size_t i = 0;; ++i) {
        auto const piece = spool->read_chunk(id, i);
        if (!piece || !*piece) break;
      }
      spool->settle(id, {{0, wire::RecipientState::delivered, 1, {}, "250"}});
    }
    accept_in(*spool, "Subject: another segment\r\n\r\n");
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (spool->summary().segments > 1 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    EXPECT_EQ(spool->summary().segments, 1U) << "the segments that nobody needs are out of the way";
    spool.reset();
    EXPECT_TRUE(is_still_on_disk(damaged));
    EXPECT_EQ(set_aside_files(real_files(), place.path("spool")).size(), 1U);
  }
  EXPECT_TRUE(place.log.mentions("segment-set-aside"));
}

// The length in the header of the first message's content leads exactly to the third's record, so that
// everything in between would be jumped over.
TEST_F(DamageTest, InALengthThatLeadsToARecordHidesNothing) {
  fill();
  auto const salt = whole.substr(wire::segment_header_size, 8);
  std::vector<std::size_t> records;
  for (auto at = whole.find(salt, wire::segment_header_size); at != std::string::npos;
       at = whole.find(salt, at + 1))
    records.push_back(at);
  ASSERT_EQ(records.size(), 6U) << "content and envelope of three messages";
  for (std::size_t const target : {std::size_t{2}, std::size_t{3}, std::size_t{4}, std::size_t{5}}) {
    auto const length = records[target] - records[0] - wire::record_header_size;
    auto damaged = whole;
    damaged[records[0] + 12] = static_cast<char>(length & 0xFF);
    damaged[records[0] + 13] = static_cast<char>(length >> 8);
    write_file(first(), damaged);
    EXPECT_EQ(whole_messages(), kept.size() - 1) << "to record " << target;
  }
}

TEST_F(DamageTest, OfWhatCannotBeReadHidesNoOtherRecord) {
  auto spool = open_spool();
  std::vector<MessageId> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(accept_in(*spool, std::string(3000, static_cast<char>('a' + i))));
  spool.reset();
  auto const file = *real_files().open(first());
  auto const beginning = read_segment_beginning(*file, 1);
  ASSERT_EQ(beginning.start, SegmentStart::whole);
  BadBlock const bad(file, 8192, 12'288);
  auto const scan = scan_segment(bad, beginning.header, CheckContent::always);
  std::set<std::uint64_t> accepted;
  for (auto const& record : scan.records)
    if (record.header.kind == wire::RecordKind::accept) accepted.insert(record.header.id.value);
  EXPECT_GE(accepted.size(), ids.size() - 2) << "the records before and behind the block are read";
  EXPECT_TRUE(accepted.contains(ids.front().value));
  EXPECT_TRUE(accepted.contains(ids.back().value));
  EXPECT_GE(scan.damaged_bytes, 4096U);
}

TEST_F(DamageTest, AnUnknownFormatIsNoDamageAndIsNotRead) {
  fill();
  auto later = whole;
  later.replace(0, 8, "POSTERN2");
  later[30] = static_cast<char>(later[30] + 1);  // its checksum is another one, too
  write_file(first(), later);
  auto const spool =
      SegmentSpool::open({.directory = place.path("spool")}, real_files(), place.log, place.counters);
  ASSERT_FALSE(spool);
  EXPECT_NE(spool.error().find("0000000000000001.segment"), std::string::npos) << spool.error();
  EXPECT_NE(spool.error().find("another version of Postern"), std::string::npos) << spool.error();
  EXPECT_EQ(slurp(first()), later);
}

TEST_F(DamageTest, CanBeLookedAtAndBroughtBack) {
  fill();
  auto damaged = whole;
  auto const in_envelope = damaged.rfind("a@example.org", damaged.find("Subject: three"));  // of the second
  flip_bit(damaged, 8 * in_envelope);
  auto const in_content = damaged.find("Subject: three");
  flip_bit(damaged, 8 * in_content);
  write_file(first(), damaged);
  auto const found = salvage(real_files(), place.path("spool"), SalvageScope::all);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->files.size(), 1U);
  EXPECT_EQ(found->files[0].path, first());
  ASSERT_EQ(found->messages.size(), 2U);
  auto const& second = found->messages[0];
  EXPECT_EQ(second.id, kept[1].id);
  EXPECT_FALSE(second.envelope);
  EXPECT_EQ(second.content(), kept[1].content);
  EXPECT_EQ(second.header(), "Subject: two");
  auto const& third = found->messages[1];
  EXPECT_EQ(third.id, kept[2].id);
  ASSERT_TRUE(third.envelope);
  EXPECT_EQ(third.envelope->sender(), "s@far.example");
  EXPECT_FALSE(third.content_is_whole);
}

TEST_F(DamageTest, NothingIsFoundWhereNothingIsDamaged) {
  fill();
  {
    auto spool = open_spool();
    std::promise<void> written;
    auto const abandoned = spool->next_id();
    spool->add_chunk(abandoned, "on its way", [&](auto) { written.set_value(); });
    written.get_future().wait();
    spool->settle(kept[0].id, {{0, wire::RecipientState::delivered, 1, {}, "250"}});
  }
  auto const found = salvage(real_files(), place.path("spool"), SalvageScope::all);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->files.empty());
  EXPECT_TRUE(found->messages.empty());
}

}  // namespace
}  // namespace postern::store
