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
  for (auto const& connection : {first, other, second, third}) shares.enter(connection);
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
  shares.enter(from_network(3));
  EXPECT_FALSE(small->given_up);
  EXPECT_TRUE(large[0]->given_up);
}

TEST(ConnectionShares, LetThoseThatAreBeingAnsweredGiveWayLast) {
  ConnectionShares<FakeConnection> shares({.in_all = 10, .of_network = 2});
  auto const answered = from_network(1), silent = from_network(1), next = from_network(1);
  answered->answering = true;
  for (auto const& connection : {answered, silent, next}) shares.enter(connection);
  EXPECT_TRUE(silent->given_up);
  EXPECT_FALSE(answered->given_up);
}

TEST(ConnectionShares, AreNotHeldByThoseThatDoNotReadTheirAnswers) {
  ConnectionShares<FakeConnection> shares({.in_all = 3, .of_network = 2});
  std::vector<Fake> unread{from_network(1), from_network(1), from_network(2)};
  for (auto const& connection : unread) {
    connection->answering = true;
    shares.enter(connection);
  }
  auto const same = from_network(1), other = from_network(3);
  shares.enter(same);
  EXPECT_TRUE(unread[0]->given_up) << "of its network, which has its share";
  shares.enter(other);
  EXPECT_FALSE(unread[1]->given_up) << "since another of the largest network waits for a request";
  EXPECT_TRUE(same->given_up);
  shares.enter(from_network(4));
  EXPECT_EQ(shares.size(), 3U);
}

TEST(ConnectionShares, GiveThisHostAShareOfItsOwn) {
  ConnectionShares<FakeConnection> shares({.in_all = 10, .of_network = 2, .of_this_host = 5});
  std::vector<Fake> proxied;
  for (int i = 0; i < 6; ++i) {
    proxied.push_back(std::make_shared<FakeConnection>());
    shares.enter(proxied.back());
  }
  EXPECT_EQ(shares.size(ClientNetwork()), 5U);
  EXPECT_TRUE(proxied[0]->given_up);
  EXPECT_FALSE(proxied[1]->given_up);
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
      shares.enter(connection);
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
