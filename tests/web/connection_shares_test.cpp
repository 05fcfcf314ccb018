#include "web/connection_shares.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace postern::web {
namespace {

struct FakeConnection {
  ClientNetwork of;
  bool answering = false;
  bool given_up = false;

  ClientNetwork const& network() const { return of; }
  bool waits_for_request() const { return !answering; }
  void give_up() { given_up = true; }
};
using Fake = std::shared_ptr<FakeConnection>;

Fake from_network(int number) {
  auto const address = IpAddress::from_v4({192, 0, 2, static_cast<std::uint8_t>(number)});
  return std::make_shared<FakeConnection>(FakeConnection{ClientNetwork(address)});
}

TEST(ConnectionShares, LetTheOldestSilentOneOfANetworkGiveWay) {
  ConnectionShares<FakeConnection> shares({.in_all = 10, .of_network = 2});
  auto const first = from_network(1), second = from_network(1), third = from_network(1),
             other = from_network(2);
  for (auto const& connection : {first, other, second, third}) EXPECT_TRUE(shares.enter(connection));
  EXPECT_TRUE(first->given_up);
  EXPECT_FALSE(second->given_up || third->given_up || other->given_up);
  EXPECT_EQ(shares.size(), 3U);
  shares.leave(first);  // ends later
  EXPECT_EQ(shares.size(), 3U);
}

TEST(ConnectionShares, LetTheNetworkThatHasMostGiveWayToOthers) {
  ConnectionShares<FakeConnection> shares({.in_all = 4, .of_network = 3});
  auto const small = from_network(1);
  std::vector<Fake> large{from_network(2), from_network(2), from_network(2)};
  shares.enter(small);
  for (auto const& connection : large) shares.enter(connection);
  EXPECT_TRUE(shares.enter(from_network(3)));
  EXPECT_FALSE(small->given_up);
  EXPECT_TRUE(large[0]->given_up);
}

TEST(ConnectionShares, LeaveThoseAloneThatAreBeingAnswered) {
  ConnectionShares<FakeConnection> shares({.in_all = 10, .of_network = 2});
  auto const first = from_network(1), second = from_network(1);
  first->answering = second->answering = true;
  shares.enter(first);
  shares.enter(second);
  EXPECT_FALSE(shares.enter(from_network(1)));
  EXPECT_FALSE(first->given_up || second->given_up);
  EXPECT_TRUE(shares.enter(from_network(2)));
}

TEST(ConnectionShares, StayBoundedAndOpenToOthersUnderRandomStrangers) {
  constexpr std::size_t in_all = 20, of_network = 5;
  ConnectionShares<FakeConnection> shares({.in_all = in_all, .of_network = of_network});
  std::mt19937 random(1);
  std::vector<Fake> open;
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 4 == 0 && !open.empty()) {
      auto const place = open.begin() + static_cast<std::ptrdiff_t>(random() % open.size());
      shares.leave(*place);
      open.erase(place);
    } else {
      auto const connection = from_network(static_cast<int>(random() % 8));
      ASSERT_TRUE(shares.enter(connection)) << "all others are silent";
      open.push_back(connection);
    }
    std::map<std::string, std::size_t> counts;
    std::size_t alive = 0;
    for (auto const& connection : open)
      if (!connection->given_up) {
        ++alive;
        ASSERT_LE(++counts[connection->of.print()], of_network);
      }
    ASSERT_EQ(shares.size(), alive);
    ASSERT_LE(alive, in_all);
  }
}

}  // namespace
}  // namespace postern::web
