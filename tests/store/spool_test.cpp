#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <thread>

#include "store/segment_spool.hpp"
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

TEST_F(SpoolTest, RemembersWhatBecameOfRecipients) {
  auto spool = open();
  auto const id = spool->next_id();
  ASSERT_TRUE(accept(*spool, id, "x", {"a@example.org", "b@example.org"}));
  spool->settle(id, {{0, RecipientState::delivered, 1, {}, "250 ok"},
                     {1, RecipientState::waiting, 2, from_micros(99), "451 later"}});
  ASSERT_TRUE(spool->hold(id, true));
  spool.reset();
  spool = open();
  auto const envelope = spool->envelope(id);
  ASSERT_TRUE(envelope);
  EXPECT_TRUE(envelope->held);
  EXPECT_EQ(envelope->recipients[0].state, RecipientState::delivered);
  EXPECT_EQ(envelope->recipients[1].attempts, 2U);
  EXPECT_EQ(envelope->recipients[1].last_reply, "451 later");
  EXPECT_TRUE(spool->remove(id));
  EXPECT_FALSE(spool->remove(id));
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

TEST_F(SpoolTest, PassesOverDamageInTheMiddle) {
  std::vector<MessageId> ids;
  {
    auto spool = open();
    for (std::size_t i = 0; i < 5; ++i) {
      ids.push_back(spool->next_id());
      ASSERT_TRUE(accept(*spool, ids.back(), content_of(i, 300)));
    }
  }
  std::fstream file(place.path("spool/0000000000000001.segment"),
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(700);  // inside the second message
  file.write("\xde\xad\xbe\xef", 4);
  file.close();
  auto spool = open();
  EXPECT_GT(spool->recovery().damaged_bytes, 0U);
  EXPECT_EQ(spool->summary().messages, 4U);
  EXPECT_EQ(read(*spool, ids[4]), content_of(4, 300));
}

TEST_F(SpoolTest, IsNotFooledByRecordsInsideAMessage) {
  MessageId const victim{1'700'000'000'000'000};
  std::string const forged = wire::encode_record_header(0, wire::RecordKind::abandon, victim, "") +
                             wire::encode_record_header(1234, wire::RecordKind::accept, victim, "x") + "x";
  auto spool = open();
  ASSERT_TRUE(accept(*spool, victim, "keep me"));
  ASSERT_TRUE(accept(*spool, spool->next_id(), forged + forged));
  spool.reset();
  std::fstream file(place.path("spool/0000000000000001.segment"),
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(wire::segment_header_size));
  file.close();
  spool = open();
  EXPECT_EQ(spool->summary().messages, 2U);
  EXPECT_EQ(read(*spool, victim), "keep me");
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

// Faults are counted, then each is made: after every one of them what was acknowledged is there, whole, also
// when the power goes.
TEST_F(SpoolTest, LosesNothingWhateverWriteOrSyncFails) {
  auto const scenario = [this](FailingFiles& files, std::map<MessageId, std::string>& acknowledged,
                               std::set<MessageId>& refused) {
    auto spool = open(files, 64U << 10);
    for (std::size_t i = 0; i < 12; ++i) {
      auto const id = spool->next_id();
      auto const content = content_of(i, 9000);
      bool good = i % 3 != 0 || chunk(*spool, id, content.substr(0, 5000)).has_value();
      good = good && accept(*spool, id, i % 3 == 0 ? content.substr(5000) : content).has_value();
      good ? void(acknowledged[id] = content) : void(refused.insert(id));
      if (!good) spool->abandon(id);
    }
  };
  std::map<MessageId, std::string> acknowledged;
  std::set<MessageId> refused;
  FailingFiles counting(real_files());
  scenario(counting, acknowledged, refused);
  ASSERT_EQ(acknowledged.size(), 12U);
  auto const calls = counting.calls();
  ASSERT_GT(calls, 30U);
  for (auto const error : {FileError::full, FileError::broken})
    for (std::uint64_t more : {std::uint64_t{0}, std::uint64_t{5}})
      for (std::uint64_t call = 1; call <= calls; ++call) {
        std::filesystem::remove_all(place.path("spool"));
        acknowledged.clear();
        refused.clear();
        FailingFiles files(real_files());
        files.fail_at(call, error, more);
        scenario(files, acknowledged, refused);
        files.lose_power();
        auto spool = open();
        for (auto const& [id, content] : acknowledged)
          ASSERT_EQ(read(*spool, id), content) << "call " << call;
        if (error == FileError::full)
          for (auto id : refused) ASSERT_FALSE(spool->envelope(id)) << "refused, and yet kept; call " << call;
        ASSERT_GE(acknowledged.size() + refused.size(), 12U);
      }
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
