#include "delivery/enqueue.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "net/spawn.hpp"
#include "support/example_policy.hpp"
#include "support/memory_spool.hpp"
#include "support/simulated.hpp"
#include "support/workplace.hpp"

namespace postern::delivery {
namespace {

net::Task<void> put(net::EventLoop* loop, store::Spool* spool, ReportMessage message,
                    std::optional<bool>* safe) {
  *safe = co_await enqueue(loop, spool, spool->next_id(), std::move(message));
}

TEST(Enqueue, SaysWhetherTheMessageIsSafe) {
  tests::Workplace place;
  net::EventLoop loop("test");
  tests::ManualClock clock;
  tests::MemorySpool spool(clock);
  ReportMessage message;
  message.content = "Subject: x\r\n\r\n";
  message.envelope.recipients.push_back({tests::address("a@far.example"), {}, {}, {}, {}, 0, {}, {}});
  for (bool const full : {false, true}) {
    spool.refuse(full);
    std::optional<bool> safe;
    net::spawn(loop, put(&loop, &spool, message, &safe), place.log, place.counters, "enqueue");
    tests::run_ready(loop);
    EXPECT_EQ(safe, !full);
  }
  ASSERT_EQ(spool.summary().messages, 1U);
  auto const id = spool.list({}, 10).front();
  EXPECT_EQ(**spool.read_chunk(id, 0), message.content);
  EXPECT_FALSE(spool.envelope(id)->reverse_path);
}

TEST(Enqueue, LetsNothingBareInAndFindsOutWhatTheContentIs) {
  tests::Workplace place;
  net::EventLoop loop("test");
  tests::ManualClock clock;
  tests::MemorySpool spool(clock);
  ReportMessage message;
  message.content = "Subject: x\nTLS-Required: No\n.\r\n\xC3\xA9";
  message.envelope.recipients.push_back({tests::address("a@far.example"), {}, {}, {}, {}, 0, {}, {}});
  std::optional<bool> safe;
  net::spawn(loop, put(&loop, &spool, message, &safe), place.log, place.counters, "enqueue");
  tests::run_ready(loop);
  ASSERT_EQ(spool.summary().messages, 1U);
  auto const id = spool.list({}, 10).front();
  std::string const kept = "Subject: x\r\nTLS-Required: No\r\n\r\n.\r\n\xC3\xA9";
  EXPECT_EQ(**spool.read_chunk(id, 0), kept);
  auto const envelope = spool.envelope(id);
  EXPECT_EQ(envelope->size, kept.size());
  EXPECT_EQ(envelope->body, wire::Body::eight_bit_mime);
  EXPECT_TRUE(envelope->content.content_8bit && envelope->content.tls_optional);
  EXPECT_FALSE(envelope->content.header_8bit);
}

}  // namespace
}  // namespace postern::delivery
