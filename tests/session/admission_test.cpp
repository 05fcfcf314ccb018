#include "session/admission.hpp"

#include <gtest/gtest.h>

#include "session/session_log.hpp"

namespace postern::session {
namespace {

TEST(Admission, LimitsConnectionsInAllAndOfAClient) {
  Admission admission({4, 2, 1});
  auto const one = *IpAddress::parse("192.0.2.1"), two = *IpAddress::parse("192.0.2.2");
  EXPECT_EQ(admission.enter(one, false), Admitted::yes);
  EXPECT_EQ(admission.enter(one, false), Admitted::yes);
  EXPECT_EQ(admission.enter(one, false), Admitted::client_full);
  EXPECT_EQ(admission.enter(one, true), Admitted::yes) << "trusted clients count in all only";
  EXPECT_FALSE(admission.busy());
  EXPECT_EQ(admission.enter(two, false), Admitted::yes);
  EXPECT_TRUE(admission.busy());
  EXPECT_EQ(admission.enter(two, false), Admitted::server_full);
  admission.leave(one, false);
  EXPECT_EQ(admission.enter(two, false), Admitted::yes);
}

TEST(Admission, LimitsHandshakes) {
  Admission admission({4, 2, 1});
  EXPECT_TRUE(admission.enter_handshake());
  EXPECT_FALSE(admission.enter_handshake());
  admission.leave_handshake();
  EXPECT_TRUE(admission.enter_handshake());
}

TEST(SessionLog, WarnsOfInjectionsAndFailedHandshakes) {
  policy::ConnectionFacts connection;
  EXPECT_EQ(connection_event(connection).severity(), Severity::info);
  connection.tls.injected = 5;
  EXPECT_EQ(connection_event(connection).severity(), Severity::warning);
  EXPECT_NE(connection_event(connection).print(LogFormat::logfmt, {}).find("injected_bytes=5"),
            std::string::npos);
}

}  // namespace
}  // namespace postern::session
