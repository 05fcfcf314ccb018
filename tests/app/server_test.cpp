// What the server is put together from, as far as it needs no server.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>

#include "app/commands/commands.hpp"
#include "app/server/destination_of.hpp"
#include "app/server/listeners.hpp"
#include "app/server/reloader.hpp"
#include "app/settings/data_dir.hpp"
#include "app/settings/key_directory.hpp"
#include "app/settings/published.hpp"
#include "app/settings/settings_file.hpp"
#include "support/example_policy.hpp"
#include "support/workplace.hpp"

namespace postern::app {
namespace {

TEST(DataDir, IsOfOneServerAtATime) {
  tests::Workplace place;
  DataPaths const paths(place.path());
  EXPECT_EQ(paths.facts, place.path("facts.db"));
  {
    auto const first = DataLock::take(paths.lock);
    ASSERT_TRUE(first);
    auto const second = DataLock::take(paths.lock);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().find("another postern uses this data directory"), std::string::npos);
  }
  EXPECT_TRUE(DataLock::take(paths.lock));
  EXPECT_FALSE(DataLock::take("/no/such/directory/lock"));
}

TEST(Published, NamesTheHostAndChangesItsIdWithThePolicy) {
  DomainSettings domain;
  domain.name = "x.example";
  domain.sts_mode = wire::StsMode::enforce;
  auto const policy = published_policy(domain, "mx.example.org");
  EXPECT_EQ(policy.mx, std::vector<std::string>{"mx.example.org"});
  auto other = policy;
  other.mode = wire::StsMode::testing;
  EXPECT_NE(policy_id(policy), policy_id(other));
  EXPECT_EQ(policy_id(policy), policy_id(published_policy(domain, "mx.example.org")));
  domain.sts_mx = {"*.x.example"};
  EXPECT_EQ(published_policy(domain, "mx.example.org").mx, domain.sts_mx);
}

TEST(Published, ServesThePoliciesOfDomainsThatHaveOne) {
  LiveSettings live;
  live.hostname = "mx.example.org";
  for (auto const* name : {"x.example", "y.example", "not a name"}) {
    live.domains.emplace_back().name = name;
    live.domains.back().sts_mode = wire::StsMode::testing;
  }
  live.domains[1].sts_mode = wire::StsMode::none;
  auto const policies = published_policies(live);
  ASSERT_EQ(policies.size(), 1U);
  EXPECT_NE(policies.at("x.example").find("mx: mx.example.org"), std::string::npos);
}

TEST(Listeners, AreWhatTheirRoleSays) {
  net::Endpoint const at{*IpAddress::parse("192.0.2.1"), 25};
  struct Case {
    ListenRole role;
    policy::ListenerTls tls;
    session::Protocol protocol;
    char const* line;
  };
  for (auto const& c :
       std::vector<Case>{{ListenRole::mx, policy::ListenerTls::starttls, session::Protocol::smtp,
                          "SMTP on 192.0.2.1:25, STARTTLS offered"},
                         {ListenRole::submission, policy::ListenerTls::implicit, session::Protocol::smtp,
                          "SMTP on 192.0.2.1:25, TLS from the first byte"},
                         {ListenRole::mx, policy::ListenerTls::none, session::Protocol::smtp,
                          "SMTP on 192.0.2.1:25, without TLS"},
                         {ListenRole::policy, policy::ListenerTls::none, session::Protocol::policy,
                          "policy service on 192.0.2.1:25"},
                         {ListenRole::milter, policy::ListenerTls::none, session::Protocol::milter,
                          "milter on 192.0.2.1:25"},
                         {ListenRole::https, policy::ListenerTls::implicit, session::Protocol::smtp,
                          "MTA-STS policies on https://192.0.2.1:25"}}) {
    ListenSettings listener;
    listener.role = c.role;
    listener.tls = c.tls;
    EXPECT_EQ(describe(listener, at), c.line);
    auto const config = listener_config(listener);
    EXPECT_EQ(config.protocol, c.protocol) << c.line;
    EXPECT_EQ(config.role == policy::ListenerRole::submission, c.role == ListenRole::submission) << c.line;
  }
}

TEST(DestinationOf, IsTheRouteThatTheConfigurationGives) {
  auto config = std::make_shared<delivery::DeliveryConfig>();
  config->directory =
      std::make_shared<policy::Directory const>(tests::example_policy("lmtp:127.0.0.1:24").directory);
  config->routes.rules["elsewhere.example"] = delivery::DiscardRoute{};
  auto const destination = destination_of(config);
  wire::Envelope envelope;
  auto const of = [&](std::string_view address) {
    wire::QueuedRecipient recipient{tests::address(address), {}, {}, {}, {}, 0, {}, {}};
    return destination(envelope, recipient);
  };
  EXPECT_EQ(of("alice@example.org"), "lmtp:127.0.0.1:24");
  EXPECT_EQ(of("x@elsewhere.example"), "discard");
  EXPECT_EQ(of("x@other.example"), "mx:other.example");
}

TEST(QueueActions, ArePrintedAsTheApiNamesThem) {
  EXPECT_EQ(print(QueueAction::destinations), "destinations");
  EXPECT_EQ(print(QueueAction::hold), "hold");
  EXPECT_EQ(print(QueueAction::remove), "delete");
  EXPECT_EQ(print(QueueAction::move), "move");
}

class CountingPart : public Part {
 public:
  void reload(BuiltConfig const& built) override {
    ++reloads;
    hostname = built.delivery->hostname;
  }
  void reload_lists(BuiltConfig const&) override { ++list_reloads; }

  int reloads = 0;
  int list_reloads = 0;
  std::string hostname;
};

class ReloaderTest : public ::testing::Test {
 protected:
  ReloaderTest() {
    write("");
    part_ = static_cast<CountingPart*>(parts_.emplace_back(std::make_unique<CountingPart>()).get());
    reloader_ =
        std::make_unique<Reloader>(main_, read_settings(file_).settings, tickets_, place_.log, parts_);
  }

  void write(std::string const& text) {
    std::ofstream(file_) << "hostname = \"" << hostname_ << "\"\ndata_dir = \"" << place_.path("data")
                         << "\"\n"
                         << text;
  }

  tests::Workplace place_;
  std::string file_ = place_.path("postern.toml");
  std::string hostname_ = "one.example";
  boost::asio::io_context main_;
  net::TicketKeys tickets_{std::chrono::hours(1)};
  std::vector<std::unique_ptr<Part>> parts_;
  CountingPart* part_ = nullptr;
  std::unique_ptr<Reloader> reloader_;
};

TEST_F(ReloaderTest, HandsEachPartTheNewConfiguration) {
  hostname_ = "two.example";
  write("");
  reloader_->reload();
  EXPECT_EQ(part_->reloads, 1);
  EXPECT_EQ(part_->hostname, "two.example");
  EXPECT_TRUE(place_.log.mentions("event=reloaded"));
  EXPECT_FALSE(place_.log.mentions("restart-needed"));
}

TEST_F(ReloaderTest, KeepsWhatIsInUseWhenTheNewOneIsWrong) {
  for (auto const* wrong : {"frob = 1\n", "[web]\naddress = \"here\"\n", "[queue]\nfirst_retry = \"5h\"\n"}) {
    write(wrong);
    reloader_->reload();
    EXPECT_EQ(part_->reloads, 0) << wrong;
  }
  EXPECT_TRUE(place_.log.mentions("event=reload-refused"));
  EXPECT_FALSE(place_.log.mentions("event=reloaded"));
}

TEST_F(ReloaderTest, NamesTheKeysThatWaitForARestart) {
  write("threads = 2\n[log]\nlevel = \"debug\"\n");
  reloader_->reload();
  EXPECT_EQ(part_->reloads, 1);
  EXPECT_TRUE(place_.log.mentions("event=restart-needed keys=\"threads, log.level\""));
}

TEST_F(ReloaderTest, ReadsListsAgainWhenOneOfTheirFilesHasChangedAndOnlyThen) {
  std::ofstream(place_.path("partners")) << "a.example\n";
  write("[lists]\npartners = [\"file:" + place_.path("partners") + "\"]\n");
  reloader_->reload();
  reloader_->reload_changed_lists();
  EXPECT_EQ(part_->list_reloads, 0);
  std::ofstream(place_.path("partners")) << "a.example\nb.example\n";
  reloader_->reload_changed_lists();
  EXPECT_EQ(part_->list_reloads, 1);
  EXPECT_EQ(part_->reloads, 1);
  EXPECT_TRUE(place_.log.mentions("event=lists-read"));
  std::ofstream(place_.path("partners")) << "not a domain, nor an address\n";
  reloader_->reload_changed_lists();
  EXPECT_EQ(part_->list_reloads, 1);
  EXPECT_TRUE(place_.log.mentions("event=lists-refused"));
}

TEST_F(ReloaderTest, KeepsTheKeysInUseWhenOneCannotBeRead) {
  auth::KeyName const name{.domain = "our.example", .selector = "s"};
  auto const directory = place_.path("keys");
  ASSERT_TRUE(write_key(directory, place_.path(), name, auth::new_signing_key(auth::KeyType::ed25519)));
  write("[dkim]\nkeys = \"" + directory + "\"\n");
  reloader_->reload();
  reloader_->reload_changed_keys();
  EXPECT_EQ(part_->reloads, 1) << "nothing has changed";
  std::ofstream(directory + "/our.example.t.pem") << "not a key";
  reloader_->reload_changed_keys();
  EXPECT_EQ(part_->reloads, 1);
  EXPECT_TRUE(place_.log.mentions("event=dkim-keys-refused"));
  std::filesystem::remove(directory + "/our.example.t.pem");
  ASSERT_TRUE(write_key(directory, place_.path(), {.domain = "our.example", .selector = "u"},
                        auth::new_signing_key(auth::KeyType::ed25519)));
  reloader_->reload_changed_keys();
  EXPECT_EQ(part_->reloads, 2);
  EXPECT_TRUE(place_.log.mentions("event=dkim-keys-read"));
}

}  // namespace
}  // namespace postern::app
