#include "delivery/pickup.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/fake_services.hpp"
#include "support/simulated.hpp"

namespace postern::delivery {
namespace {

class PickupTest : public testing::Test {
 protected:
  PickupTest() {
    auto made = Pickup::make(
        {.loop = test_.loop,
         .spool = spool_,
         .log = place_.log,
         .counters = place_.counters,
         .clock = clock_,
         .max_message_size = 1000},
        place_.path("drop"),
        std::make_shared<DeliveryConfig const>(DeliveryConfig{
            .hostname = "mx.example.org",
            .directory = std::make_shared<policy::Directory const>(tests::example_policy().directory),
            .routes = {},
            .retry = {},
            .sts = {},
            .smtp = {}}));
    EXPECT_TRUE(made);
    pickup_ = std::move(*made);
  }
  ~PickupTest() override {
    pickup_->stop();
    tests::run_ready(test_.loop);
    pickup_->join_workers();
  }

  void leave(std::string const& name) {
    std::ofstream(place_.path("drop/." + name), std::ios::binary)
        << "postern-drop 1\nFROM:<s@far.example>\nTO:<alice@example.org>\n\nSubject: x\r\n\r\nbody\r\n";
    std::filesystem::rename(place_.path("drop/." + name), place_.path("drop/" + name));
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(place_.path("drop")))
      names.push_back(entry.path().filename().string());
    return names;
  }
  void wait_for_messages(std::size_t count) {
    test_.run_until([&] { return spool_.waiting.size() >= count; });
    ASSERT_EQ(spool_.waiting.size(), count);
  }
  void answer(Result<void, store::SpoolError> result) { spool_.waiting.back()(result); }

  tests::TestLoop test_;
  tests::Workplace place_;
  tests::ManualClock clock_;
  tests::WaitingSpool spool_;
  std::unique_ptr<Pickup> pickup_;
};

TEST_F(PickupTest, RemovesAMessageOnceItIsSafe) {
  leave("1.drop");
  pickup_->start();
  wait_for_messages(1);
  ASSERT_EQ(files().size(), 1U) << "it is not safe yet";
  EXPECT_TRUE(is_taken(files()[0]));
  answer({});
  test_.run_until([this] { return files().empty(); });
}

TEST_F(PickupTest, TakesUpWhatAServerBeforeItHasNotFinished) {
  leave("1.taken");
  pickup_->start();
  wait_for_messages(1);
  answer({});
  test_.run_until([this] { return files().empty(); });
}

TEST_F(PickupTest, KeepsAMessageThatTheSpoolCannotTake) {
  leave("1.drop");
  pickup_->start();
  wait_for_messages(1);
  answer(fail(store::SpoolError::full));
  leave("2.drop");
  wait_for_messages(2);
  answer({});
  wait_for_messages(3);
  answer({});
  test_.run_until([this] { return files().empty(); });
}

TEST_F(PickupTest, DoesNotSendAgainWhatItCannotRemove) {
  leave("1.drop");
  pickup_->start();
  wait_for_messages(1);
  auto const taken = files().at(0);
  std::filesystem::remove(place_.path("drop/" + taken));
  std::filesystem::create_directory(place_.path("drop/" + taken));  // nobody can unlink that
  answer({});
  test_.run_until([this] { return place_.log.mentions("event=drop-not-removed"); });
  leave("2.drop");
  wait_for_messages(2);
  answer({});
  test_.run_until([this] { return files().size() == 1; });
  EXPECT_EQ(files().at(0), taken) << "it is neither sent nor set aside";
  std::filesystem::remove(place_.path("drop/" + taken));
}

TEST_F(PickupTest, SetsAsideWhatIsNoMessage) {
  std::ofstream(place_.path("drop/1.drop")) << "nonsense";
  pickup_->start();
  test_.run_until([this] { return place_.log.mentions("event=drop-set-aside"); });
  EXPECT_EQ(files(), std::vector<std::string>{"1.drop.bad"});
  EXPECT_TRUE(spool_.waiting.empty());
}

}  // namespace
}  // namespace postern::delivery
