#include "session/login_guard.hpp"

#include <gtest/gtest.h>

#include <random>

namespace postern::session {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

LoginGuard::Who from(std::string_view address, std::string name) {
  return {ClientNetwork(*IpAddress::parse(address)), std::move(name)};
}

class LoginGuards : public testing::Test {
 protected:
  // As a session does: waits, and gives a wrong password. False: it was refused.
  bool guess(LoginGuard::Who const& who) {
    auto const wait = guard_.wait_for(who, now_);
    if (!wait) return false;
    now_ += *wait;
    if (guard_.refuses(who, now_)) return false;
    if (guard_.failed(who, now_)) ++refusals_begun_;
    return true;
  }

  LoginGuard guard_;
  Instant now_ = from_micros(1'700'000'000'000'000);
  int refusals_begun_ = 0;
};

TEST_F(LoginGuards, LetAFewMistakesCostNothing) {
  auto const alice = from("203.0.113.7", "alice");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(guard_.wait_for(alice, now_), Duration{});
    guard_.failed(alice, now_);
  }
  EXPECT_EQ(guard_.wait_for(alice, now_), seconds(1));
  EXPECT_EQ(guard_.wait_for(alice, now_ + minutes(2)), Duration{}) << "they are forgiven";
}

TEST_F(LoginGuards, MakeEachGuessOfANetworkSlowerAndThenRefuseIt) {
  Duration last{};
  int guesses = 0;
  while (true) {
    auto const before = now_;
    if (!guess(from("203.0.113.7", "user" + std::to_string(guesses)))) break;
    EXPECT_GE(now_ - before, last) << "the delay grows";
    last = now_ - before;
    ASSERT_LT(++guesses, 12);
  }
  EXPECT_GE(guesses, 10);
  EXPECT_EQ(refusals_begun_, 1) << "told once";
  EXPECT_FALSE(guess(from("203.0.113.7", "alice")));
  EXPECT_TRUE(guess(from("203.0.113.8", "alice"))) << "others are not refused";
  now_ += minutes(10);
  EXPECT_TRUE(guess(from("203.0.113.7", "alice"))) << "some minutes later it may try again";
}

TEST_F(LoginGuards, CountASlash64AsOneClient) {
  int guesses = 0;
  while (guesses < 100 && guess(from("2001:db8:1:2::" + std::to_string(guesses + 1), "alice"))) ++guesses;
  EXPECT_LE(guesses, 12);
  EXPECT_FALSE(guard_.refuses(from("2001:db8:1:3::1", "alice"), now_));
}

TEST_F(LoginGuards, NeverRefuseAUserForWhatOthersGuessElsewhere) {
  auto const at_home = from("198.51.100.1", "alice");
  guard_.succeeded(at_home);
  for (int i = 0; i < 250; ++i) guess(from("203.0.113." + std::to_string(i), "alice"));
  EXPECT_EQ(guard_.wait_for(at_home, now_), Duration{}) << "where she has logged in before";
  auto const elsewhere = guard_.wait_for(from("198.51.100.2", "alice"), now_);
  ASSERT_TRUE(elsewhere) << "refused on her travels";
  EXPECT_EQ(*elsewhere, seconds(4)) << "the name alone slows her down, and only so much";
}

TEST_F(LoginGuards, LetAKnownUserInWhereAnotherDeviceKeepsFailing) {
  auto const alice = from("198.51.100.1", "alice");
  guard_.succeeded(alice);
  while (guess(from("198.51.100.1", "printer"))) {
  }
  EXPECT_TRUE(guard_.refuses(from("198.51.100.1", "bob"), now_));
  EXPECT_TRUE(guard_.wait_for(alice, now_)) << "she has logged in from there";
  int guesses = 0;
  while (guesses < 100 && guess(alice)) ++guesses;
  EXPECT_LE(guesses, 12) << "and nobody may guess at her name for that";
}

TEST_F(LoginGuards, LetTheKnownUsersOfASharedRelayInWhateverOneOfThemGuesses) {
  constexpr std::string_view relay = "198.51.100.1";
  for (int i = 0; i < 50; ++i) guard_.succeeded(from(relay, "user" + std::to_string(i)));
  for (int i = 0; i < 1000; ++i) {
    guess(from(relay, "name" + std::to_string(i)));
    guess(from(relay, "user" + std::to_string(i % 25)));
  }
  while (guess(from(relay, "stranger"))) {
  }
  EXPECT_FALSE(guard_.wait_for(from(relay, "stranger"), now_)) << "whoever is not known there has to wait";
  for (int i = 25; i < 50; ++i)
    EXPECT_EQ(guard_.wait_for(from(relay, "user" + std::to_string(i)), now_), Duration{}) << i;
  now_ += minutes(30);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(guard_.wait_for(from(relay, "user" + std::to_string(i)), now_), Duration{}) << i;
}

TEST_F(LoginGuards, DoNotCountTheNetworkOfAWebmailServer) {
  auto webmail = from("127.0.0.1", "");
  webmail.trusted = true;
  for (int i = 0; i < 100; ++i) {
    webmail.name = "user" + std::to_string(i);
    EXPECT_EQ(guard_.wait_for(webmail, now_), Duration{});
    EXPECT_FALSE(guard_.failed(webmail, now_));
  }
}

TEST(LoginGuard, StaysBoundedUnderRandomStrangers) {
  LoginLimits limits;
  limits.networks = 20;
  limits.names = 30;
  LoginGuard guard(limits);
  std::mt19937 random(1);
  auto now = from_micros(1'700'000'000'000'000);
  for (int i = 0; i < 20'000; ++i) {
    LoginGuard::Who const who{ClientNetwork(IpAddress::from_v4({10, static_cast<std::uint8_t>(random()),
                                                                static_cast<std::uint8_t>(random() % 4), 1})),
                              "user" + std::to_string(random() % 5000)};
    now += Duration(random() % 1'000'000);
    if (random() % 10 == 0)
      guard.succeeded(who);
    else
      guard.failed(who, now);
    auto const wait = guard.wait_for(who, now);
    if (wait) ASSERT_LE(*wait, limits.longest_delay);
    ASSERT_LE(guard.entries(), 2 * limits.networks + 3 * limits.names);
  }
}

}  // namespace
}  // namespace postern::session
