#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <iterator>
#include <thread>

#include "store/segment_spool.hpp"
#include "store/spool_answer.hpp"
#include "support/example_policy.hpp"
#include "support/failing_files.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

using tests::address;
using tests::FailingFiles;
using tests::Workplace;
using wire::RecipientState;

wire::Envelope envelope_for(std::vector<std::string> const& recipients) {
  wire::Envelope e;
  e.reverse_path = address("sender@far.example");
  e.arrived = from_micros(1000);
  for (auto const& r : recipients) e.recipients.push_back({address(r), {}, {}, {}, {}, 0, {}, {}});
  return e;
}

std::string content_of(std::size_t number, std::size_t size) {
  std::string content = "message " + std::to_string(number) + "\r\n";
  while (content.size() < size) content += static_cast<char>('a' + (content.size() * 7 + number) % 26);
  return content;
}

std::string bytes_of(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void overwrite(std::string const& path, std::size_t at, std::string_view bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

class SpoolTest : public testing::Test {
 protected:
  std::unique_ptr<SegmentSpool> open(Files& files = real_files(), std::uint64_t segment_size = 1U << 20) {
    auto spool = SegmentSpool::open({place.path("spool"), segment_size}, files, place.log, place.counters);
    EXPECT_TRUE(spool) << (spool ? "" : spool.error());
    return std::move(*spool);
  }

  static Result<void, SpoolError> chunk(Spool& spool, MessageId id, std::string bytes) {
    std::promise<Result<void, SpoolError>> done;
    spool.add_chunk(id, std::move(bytes), [&](auto result) { done.set_value(result); });
    return done.get_future().get();
  }
  static Result<void, SpoolError> accept(Spool& spool, MessageId id, std::string bytes,
                                         std::vector<std::string> const& recipients = {"a@example.org"}) {
    std::promise<Result<void, SpoolError>> done;
    spool.accept(id, std::move(bytes), envelope_for(recipients),
                 [&](auto result) { done.set_value(result); });
    return done.get_future().get();
  }
  static std::string read(Spool const& spool, MessageId id) {
    std::string content;
    for (std::size_t i = 0;; ++i) {
      auto const piece = spool.read_chunk(id, i);
      if (!piece) return "unreadable";
      if (!*piece) return content;
      content += **piece;
    }
  }
  static void deliver(Spool& spool, MessageId id) {
    spool.settle(id, {{0, RecipientState::delivered, 1, {}, "250 ok"}});
  }

  Workplace place;
};

TEST_F(SpoolTest, KeepsMessagesOverARestart) {
  std::vector<std::pair<MessageId, std::string>> kept;
  {
    auto spool = open();
    for (std::size_t i = 0; i < 20; ++i) {
      auto const id = spool->next_id();
      auto const content = content_of(i, 1000 * i);
      ASSERT_TRUE(accept(*spool, id, content));
      kept.emplace_back(id, content);
    }
    deliver(*spool, kept[3].first);
  }
  auto spool = open();
  EXPECT_EQ(spool->summary().messages, 19U);
  EXPECT_FALSE(spool->envelope(kept[3].first));
  for (auto const& [id, content] : kept)
    if (id != kept[3].first) EXPECT_EQ(read(*spool, id), content);
  EXPECT_GT(spool->next_id(), kept.back().first);
  EXPECT_EQ(spool->recovery().damaged_bytes, 0U);
}

TEST_F(SpoolTest, StreamsPiecesOfManyMessagesAtOnce) {
  auto spool = open(real_files(), 100'000);
  auto const one = spool->next_id(), two = spool->next_id();
  std::string first, second;
  for (std::size_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(chunk(*spool, one, content_of(i, 20'000)));
    ASSERT_TRUE(chunk(*spool, two, content_of(i + 100, 15'000)));
    first += content_of(i, 20'000);
    second += content_of(i + 100, 15'000);
  }
  EXPECT_EQ(spool->summary().messages, 0U);
  ASSERT_TRUE(accept(*spool, one, "end"));
  spool->abandon(two);
  spool.reset();
  spool = open(real_files(), 100'000);
  EXPECT_EQ(spool->summary().messages, 1U);
  EXPECT_EQ(read(*spool, one), first + "end");
}

TEST_F(SpoolTest, GivesBackThePiecesOfAMessageOnItsWayIn) {
  auto spool = open();
  auto const id = spool->next_id();
  ASSERT_TRUE(chunk(*spool, id, "first"));
  ASSERT_TRUE(chunk(*spool, id, "second"));
  EXPECT_EQ(**spool->read_incoming(id, 0), "first");
  EXPECT_EQ(**spool->read_incoming(id, 1), "second");
  EXPECT_FALSE(*spool->read_incoming(id, 2));
  EXPECT_FALSE(*spool->read_incoming(spool->next_id(), 0));
  auto const other = spool->next_id();
  ASSERT_TRUE(chunk(*spool, other, "other"));
  spool->abandon(other);
  ASSERT_TRUE(accept(*spool, id, "third"));
  EXPECT_FALSE(*spool->read_incoming(id, 0));  // it is a message now
  EXPECT_FALSE(*spool->read_incoming(other, 0));
  EXPECT_EQ(read(*spool, id), "firstsecondthird");
}

TEST_F(SpoolTest, RemembersWhatBecameOfRecipients) {
  auto spool = open();
  auto const id = spool->next_id();
  ASSERT_TRUE(accept(*spool, id, "x", {"a@example.org", "b@example.org"}));
  spool->settle(id, {{0, RecipientState::delivered, 1, {}, "250 ok"},
                     {1, RecipientState::waiting, 2, from_micros(99), "451 later"}});
  ASSERT_TRUE(answer_of([&](auto done) { spool->hold(id, true, done); }));
  ASSERT_TRUE(answer_of([&](auto done) { spool->move(id, "smtp:a.example:25", done); }));
  spool.reset();
  spool = open();
  auto const envelope = spool->envelope(id);
  ASSERT_TRUE(envelope);
  EXPECT_TRUE(envelope->held);
  EXPECT_EQ(envelope->route, "smtp:a.example:25");
  EXPECT_EQ(spool->recovery().damaged_bytes, 0U);
  EXPECT_EQ(envelope->recipients[0].state, RecipientState::delivered);
  EXPECT_EQ(envelope->recipients[1].attempts, 2U);
  EXPECT_EQ(envelope->recipients[1].last_reply, "451 later");
  auto const remove = [&] { return answer_of([&](auto done) { spool->remove(id, done); }); };
  EXPECT_TRUE(remove());
  EXPECT_EQ(remove().error(), SpoolError::missing);
  spool.reset();
  EXPECT_EQ(open()->summary().messages, 0U);
}

TEST_F(SpoolTest, StopsAtATornTailAndKeepsWhatCameBefore) {
  MessageId id;
  {
    auto spool = open();
    id = spool->next_id();
    ASSERT_TRUE(accept(*spool, id, "safe"));
  }
  auto const segment = place.path("spool/0000000000000001.segment");
  auto const whole = std::filesystem::file_size(segment);
  {
    auto spool = open();
    ASSERT_TRUE(accept(*spool, spool->next_id(), std::string(500, 'x')));
  }
  auto const second = place.path("spool/0000000000000002.segment");
  auto const size = std::filesystem::file_size(second);
  EXPECT_EQ(std::filesystem::file_size(segment), whole);
  for (std::uint64_t cut = wire::segment_header_size; cut < size; cut += 7) {
    std::filesystem::resize_file(second, cut);
    SpoolIndex index;
    auto const recovery = recover(real_files(), place.path("spool"), index);
    ASSERT_TRUE(recovery);
    EXPECT_EQ(index.summary().messages, 1U) << cut;
    EXPECT_TRUE(index.envelope(id));
  }
}

TEST_F(SpoolTest, TellsARecordThatACrashHasCutOffFromDamage) {
  auto const segment = place.path("spool/0000000000000001.segment");
  for (bool const is_cut_off : {true, false}) {
    std::filesystem::remove_all(place.path("spool"));
    {
      auto spool = open();
      ASSERT_TRUE(accept(*spool, spool->next_id(), content_of(1, 300)));
      ASSERT_TRUE(accept(*spool, spool->next_id(), content_of(2, 300)));
    }
    if (is_cut_off)
      std::filesystem::resize_file(segment, std::filesystem::file_size(segment) - 3);
    else
      overwrite(segment, std::filesystem::file_size(segment) - 3, "xxx");
    auto const recovery = open()->recovery();
    EXPECT_GT(recovery.damaged_bytes, 0U);
    EXPECT_EQ(recovery.torn_end.empty(), !is_cut_off) << recovery.torn_end;
    EXPECT_EQ(recovery.problems.empty(), is_cut_off);
  }
}

TEST_F(SpoolTest, PassesOverDamageInTheMiddle) {
  std::vector<MessageId> ids;
  {
    auto spool = open();
    for (std::size_t i = 0; i < 5; ++i) {
      ids.push_back(spool->next_id());
      ASSERT_TRUE(accept(*spool, ids.back(), content_of(i, 300)));
    }
  }
  overwrite(place.path("spool/0000000000000001.segment"), 700, "\xde\xad\xbe\xef");  // in the second
  auto spool = open();
  EXPECT_GT(spool->recovery().damaged_bytes, 0U);
  EXPECT_EQ(spool->summary().messages, 4U);
  EXPECT_EQ(read(*spool, ids[4]), content_of(4, 300));
}

// The header before a message's content is damaged, so that the reader has to look for the next record within
// what a stranger wrote. A record there is found only by one who knows the salt.
TEST_F(SpoolTest, IsNotFooledByRecordsInsideAMessage) {
  auto const segment = place.path("spool/0000000000000001.segment");
  for (bool const knows_the_salt : {false, true}) {
    std::filesystem::remove_all(place.path("spool"));
    auto spool = open();
    auto const victim = spool->next_id();
    ASSERT_TRUE(accept(*spool, victim, "keep me"));
    auto const salt = wire::decode_segment_header(bytes_of(segment))->salt;
    auto const forged =
        wire::encode_record_header(knows_the_salt ? salt : salt + 1, wire::RecordKind::abandon, victim, "");
    auto const content = "Subject: look here\r\n\r\n" + forged + "\r\n";
    ASSERT_TRUE(accept(*spool, spool->next_id(), content));
    auto const last = spool->next_id();
    ASSERT_TRUE(accept(*spool, last, "behind it"));
    spool.reset();
    auto const at = bytes_of(segment).find(content);
    ASSERT_NE(at, std::string::npos);
    overwrite(segment, at - wire::record_header_size, "not salt");
    spool = open();
    EXPECT_EQ(spool->recovery().damaged_bytes,
              wire::record_header_size + content.size() - (knows_the_salt ? forged.size() : 0));
    EXPECT_EQ(spool->recovery().incomplete, 1U);
    EXPECT_EQ(spool->envelope(victim).has_value(), !knows_the_salt);
    EXPECT_EQ(read(*spool, last), "behind it");
  }
}

// A copy that compaction made may lie in a segment whose sync failed: what is read of it may never have
// reached the disk, or is damaged already.
TEST_F(SpoolTest, ReliesOnTheOriginalAndTakesTheStateOfItsCopy) {
  std::filesystem::create_directories(place.path("spool"));
  MessageId const id{1'700'000'000'000'000};
  std::string const content = "the original";
  for (std::uint64_t number = 1; number <= 3; ++number) {
    std::uint64_t const salt = 1000 + number;
    wire::ChunkPlace const chunk{number, wire::segment_header_size,
                                 static_cast<std::uint32_t>(content.size())};
    auto envelope = envelope_for({"a@example.org"});
    envelope.held = number == 2;
    auto const accepted = wire::encode_accept({chunk}, wire::encode(envelope));
    std::ofstream out(place.path("spool/000000000000000" + std::to_string(number) + ".segment"),
                      std::ios::binary);
    out << wire::encode(wire::SegmentHeader{number, salt});
    if (number == 3) break;  // the last one, which alone has its content checked
    out << wire::encode_record_header(salt, wire::RecordKind::chunk, id, content)
        << (number == 1 ? content : std::string(content.size(), '\0'))
        << wire::encode_record_header(salt, wire::RecordKind::accept, id, accepted) << accepted;
  }
  auto const spool = open();
  EXPECT_EQ(spool->summary().messages, 1U);
  EXPECT_EQ(read(*spool, id), content);
  EXPECT_TRUE(spool->envelope(id)->held);
}

TEST_F(SpoolTest, FreesAndCompactsSegments) {
  auto spool = open(real_files(), 64U << 10);
  auto const survivor = spool->next_id();
  ASSERT_TRUE(accept(*spool, survivor, content_of(0, 5000), {"a@example.org", "b@example.org"}));
  spool->settle(survivor, {{0, RecipientState::delivered, 1, {}, "250"}});
  for (std::size_t i = 1; i < 200; ++i) {
    auto const id = spool->next_id();
    ASSERT_TRUE(accept(*spool, id, content_of(i, 10'000)));
    deliver(*spool, id);
  }
  auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (spool->summary().segments > 4 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_LE(spool->summary().segments, 4U);
  EXPECT_EQ(read(*spool, survivor), content_of(0, 5000));
  spool.reset();
  spool = open();
  EXPECT_EQ(spool->summary().messages, 1U);
  EXPECT_EQ(read(*spool, survivor), content_of(0, 5000));
  EXPECT_EQ(spool->envelope(survivor)->recipients[0].state, RecipientState::delivered);
}

TEST_F(SpoolTest, TellsOfAcceptedMessages) {
  auto spool = open();
  std::promise<MessageId> told;
  spool->on_accepted([&](std::vector<MessageId> const& ids) { told.set_value(ids.at(0)); });
  auto const id = spool->next_id();
  ASSERT_TRUE(accept(*spool, id, "x"));
  EXPECT_EQ(told.get_future().get(), id);
}

// A piece may be on its way to the disk for as long as its sender likes: when the sync that would have made
// it safe fails meanwhile, the message is refused.
TEST_F(SpoolTest, RefusesAMessageWhosePieceAFailedSyncMadeDoubtful) {
  FailingFiles files(real_files());
  auto spool = open(files);
  auto const id = spool->next_id();
  files.fail_at(6, FileError::broken);  // after create, append, sync and directory sync, and the piece
  ASSERT_TRUE(chunk(*spool, id, "a piece"));
  while (files.failures() == 0) std::this_thread::yield();
  EXPECT_FALSE(accept(*spool, id, "the rest"));
  spool->abandon(id);
  spool.reset();
  files.lose_power();
  EXPECT_EQ(open()->summary().messages, 0U);
}

TEST_F(SpoolTest, SaysThatAHoldAMoveOrARemovalWasRefusedAndLeavesTheMessageAsItWas) {
  FailingFiles files(real_files());
  auto spool = open(files);
  auto const id = spool->next_id();
  ASSERT_TRUE(accept(*spool, id, "x"));
  files.fail_at(files.calls() + 1, FileError::full, FailingFiles::for_ever);
  EXPECT_EQ(answer_of([&](auto done) { spool->hold(id, true, done); }).error(), SpoolError::full);
  EXPECT_EQ(answer_of([&](auto done) { spool->move(id, "discard", done); }).error(), SpoolError::full);
  EXPECT_EQ(answer_of([&](auto done) { spool->remove(id, done); }).error(), SpoolError::full);
  auto const envelope = spool->envelope(id);
  ASSERT_TRUE(envelope);
  EXPECT_FALSE(envelope->held);
  EXPECT_EQ(envelope->route, "");
  files.heal();
  EXPECT_TRUE(answer_of([&](auto done) { spool->remove(id, done); }));
  spool.reset();
  EXPECT_EQ(open()->summary().messages, 0U);
}

TEST_F(SpoolTest, TriesAgainWhatNobodyWaitsFor) {
  FailingFiles files(real_files());
  auto spool = open(files);
  auto const held = spool->next_id(), removed = spool->next_id();
  ASSERT_TRUE(accept(*spool, held, "x"));
  ASSERT_TRUE(accept(*spool, removed, "y"));
  files.fail_at(files.calls() + 1, FileError::full, 3);
  spool->hold(held, true, {});
  spool->remove(removed, {});
  while (files.failures() < 4) std::this_thread::yield();
  ASSERT_TRUE(accept(*spool, spool->next_id(), "z"));
  EXPECT_TRUE(spool->envelope(held)->held);
  EXPECT_FALSE(spool->envelope(removed));
  spool.reset();
  spool = open();
  EXPECT_TRUE(spool->envelope(held)->held);
  EXPECT_FALSE(spool->envelope(removed));
}

TEST_F(SpoolTest, SaysFullOrBrokenAndGoesOnWhenThereIsRoom) {
  FailingFiles files(real_files());
  auto spool = open(files);
  ASSERT_TRUE(accept(*spool, spool->next_id(), "first"));
  for (auto const& [error, answer] :
       {std::pair{FileError::full, SpoolError::full}, std::pair{FileError::broken, SpoolError::broken}}) {
    files.fail_at(files.calls() + 1, error);
    auto const result = accept(*spool, spool->next_id(), "second");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), answer);
    EXPECT_TRUE(accept(*spool, spool->next_id(), "third"));
  }
  EXPECT_EQ(spool->summary().messages, 3U);
  EXPECT_TRUE(place.log.mentions("spool-failed"));
}

TEST_F(SpoolTest, CommitsForManyThreadsAtOnce) {
  auto spool = open();
  std::atomic<int> good{0};
  {
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 25; ++i) {
          auto const id = spool->next_id();
          good += accept(*spool, id, content_of(static_cast<std::size_t>(t * 100 + i), 2000)).has_value();
          if (i % 2 == 0) deliver(*spool, id);
        }
      });
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(good, 200);
  EXPECT_EQ(spool->summary().messages, 8U * 12U);
}

}  // namespace
}  // namespace postern::store
