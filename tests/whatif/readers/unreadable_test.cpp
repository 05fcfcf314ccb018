// Files that are known and cannot be read are named.
#include "whatif/readers/unreadable.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

struct Sample {
  char const* what;  // a part of what it is called
  std::string text;
};

std::vector<Sample> const unreadable_samples{
    {"pst", "!BDN rest"},
    {"msg", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 rest"},
    {"dbx", "\xCF\xAD\x12\xFE rest"},
    {"binary journal", "LPKSHHRH rest"},
    {"Windows event log", "ElfFile rest"},
    {"bzip2", "BZh91AY"},
    {"lz4", "\x04\x22\x4D\x18 rest"},
    {"compress", "\x1F\x9D rest"},
    {"compressed again", "\x1F\x8B rest"},
    {"zip", "PK\x03\x04 rest"},
    {"7-Zip", "7z\xBC\xAF\x27\x1C rest"},
    {"RAR", "Rar!\x1A\x07"},
    {"packets", "\xD4\xC3\xB2\xA1 rest"},
    {"web page", "<!DOCTYPE html>\n<html>\n"},
    {"DMARC", "<?xml version=\"1.0\"?>\n<feedback>\n"},
    {"message tracking",
     "#Software: Microsoft Exchange Server\r\n#Version: 15.02.1118.037\r\n#Log-type: Message Tracking "
     "Log\r\n"},
    {"message tracking", "#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname\r\n"},
    {"send connector",
     "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Send Protocol Log\r\n"
     "#Fields: "
     "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data\r\n"},
    {"connectivity",
     "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: Transport Connectivity "
     "Log\r\n"},
    {"IIS",
     "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Fields: date time c-ip "
     "cs-username s-ip s-port cs-method\r\n2026-11-23 14:47:32 192.0.2.1 mail.example 192.0.2.2 25 EHLO\r\n"},
    {"PowerMTA", "type,timeLogged,timeQueued,orig,rcpt\nd,2026-11-23 14:47:32,2026-11-23 14:47:30,a@x,b@y\n"},
    {"PowerMTA", "d,2026-11-23 14:47:32+0000,2026-11-23 14:47:30+0000,a@x.example,b@y.example,,relayed\n"},
    {"rspamd",
     "2026-11-23 10:00:00 #123(normal) <abc123>; task; rspamd_task_write_log: id: <1@example.org>, ip: "
     "192.0.2.53\n"},
    {"rspamd", "2026-11-23 10:00:00 #12(main) <xyz>; main; main: rspamd 3.8 is starting\n"},
    {"maddy",
     "2026-11-23T14:47:32.000Z smtp: incoming message\t{\"msg_id\":\"1a2b3c4d\",\"sender\":\"a@x.example\","
     "\"src_host\":\"mail.example\",\"src_ip\":\"192.0.2.1:4711\"}\n"},
    {"chasquid",
     "2026-11-23 14:47:32.000000 abcdef from=a@x.example queued ip=192.0.2.1:4711 to=[b@y.example]\n"},
    {"chasquid",
     "2026-11-23 14:47:32.000000 192.0.2.1:4711 rejected from=a@x.example to=[b@y.example] - security level "
     "check\n"},
    {"mox", "l=info m=\"incoming connection\" pkg=smtpserver cid=1 remote=192.0.2.1:4711\n"},
    {"Courier", "Nov 23 14:47:32 mx courieresmtpd: started,ip=[::ffff:192.0.2.1]\n"},
    {"qmail", "@4000000065a1b2c3075bcd15 tcpserver: status: 1/40\n"},
    {"qmail", "@4000000065a1b2c3075bcd15 info msg 1: bytes 900 from <a@x.example> qp 12 uid 64011\n"},
    {"qmail", "1795445252.123456 info msg 93: bytes 900 from <a@x.example> qp 12 uid 64011\n"},
    {"tcpserver", "tcpserver: pid 12 from 192.0.2.1\n"},
    {"Zimbra",
     "2026-11-23 14:47:32,123 INFO  [LmtpServer-12] [ip=127.0.0.1;] lmtp - Delivering message: size=900 "
     "bytes\n"},
    {"Zimbra",
     "2026-11-23 14:47:32,123 INFO  [ImapSSLServer-3] [name=a@x.example;] imap - user authenticated\n"},
    {"MDaemon's log of outgoing",
     "START Event Log / MDaemon PRO v18.0.1, SMTP (out) log information\r\n"
     "Thu 2026-11-23 00:00:17.768: Session 981023; child 0002\r\n"
     "Thu 2026-11-23 00:00:17.768: Attempting SMTP connection to [192.0.2.1:25]\r\n"
     "Thu 2026-11-23 00:00:17.768: <-- 220 mx.example\r\n"
     "Thu 2026-11-23 00:00:17.768: --> EHLO us.example\r\n"},
    {"SmarterMail's delivery log",
     "14:08:54.154 [313455-1] CMD: DATA\r\n14:08:54.185 [313455-1] RSP: 354 send message\r\n"},
    {"fail2ban", "2026-11-23 14:47:32,123 fail2ban.filter [1]: INFO [postfix] Found 192.0.2.1\n"},
    {"ClamAV", "Mon Nov 23 14:47:32 2026 -> SelfCheck: Database status OK.\n"},
    {"ClamAV", "Mon Nov 23 14:47:32 2026 -> /tmp/x: Eicar-Signature FOUND\n"},
    {"ClamAV", "ClamAV update process started at Mon Nov 23 14:47:32 2026\n"},
    {"Proofpoint's filter",
     "[2026-11-23 14:47:32.487175 -0500] rprt s=4cwtbdrj71 mod=session cmd=connect ip=192.0.2.1 country=us "
     "lip=192.0.2.2 prot=smtp:smtp hops_active=f routes= notroutes=default_inbound,tls perlwait=0.003\n"},
    {"Proofpoint's filter",
     "Nov 23 14:47:32 pps filter_instance1[195529]: rprt s=2hdryp02r6 m=1 x=2hdryp02r6-1 cmd=send "
     "profile=mail qid=w3HMWjG3039079 rcpts=b@y.example\n"},
    {"maillog records",
     "{\"data\":\"x\",\"pps\":{\"agent\":\"m1.example\"},\"sm\":{\"stat\":\"Sent\"},\"tls\":{\"version\":"
     "\"TLSv1.2\"},\"ts\":\"2026-11-23T14:47:32.5-0500\"}\n"},
    {"access log", "192.0.2.1 - - [23/Nov/2026:14:47:32 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"curl\"\n"},
    {"access log",
     "192.0.2.1 - - [23/Nov/2026:14:47:32 +0000] \"POST /api HTTP/2.0\" 200 12 \"-\" \"curl\"\n"},
    {"access log", "192.0.2.1 - - [23/Nov/2026:14:47:32 +0000] \"HEAD / HTTP/1.1\" 200 0 \"-\" \"curl\"\n"},
};

TEST(Unreadable, EachIsNamedAndNothingElse) {
  for (auto const& sample : unreadable_samples) {
    auto const evidence = look_at(sample.text);
    if (evidence.format) {  // there is a reader for it
      EXPECT_NE(format_names().find(readers()[static_cast<std::size_t>(*evidence.format)].name),
                std::string::npos);
      EXPECT_NE(*evidence.format, Format::exim) << sample.text;
      EXPECT_NE(*evidence.format, Format::system_log) << sample.text;
      continue;
    }
    ASSERT_NE(evidence.unreadable, nullptr) << sample.text;
    auto const said = evidence.print();
    EXPECT_NE(said.find("not recognised"), std::string::npos) << said;
    EXPECT_NE(said.find(sample.what), std::string::npos) << said;
    EXPECT_EQ(said.find("exim"), std::string::npos) << said;
  }
}

TEST(Unreadable, ItIsNamedBehindAContainersNameToo) {
  auto const said = look_at("rspamd-1  | 2026-11-23 10:00:00 #123(normal) <abc123>; task; x\n").print();
  EXPECT_TRUE(parse_format("rspamd") || said.find("rspamd's log") != std::string::npos) << said;
}

// One log may hold the lines of many programs: what can be read is read.
TEST(Unreadable, ALineOfAMailServerOutweighsAllOthers) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "web-1  | 192.0.2.1 - - [x] \"GET / HTTP/1.1\" 200 12 \"-\" \"curl\"\n";
  text += "mail-1  | Nov 23 14:47:32 mx postfix/smtpd[1]: connect from x[192.0.2.1]\n";
  EXPECT_EQ(recognise(text), Format::system_log);
}

TEST(Unreadable, ASystemLogWithoutAMailServerSaysWhoseItIs) {
  for (auto const& [program, what] :
       {std::pair{"dovecot", "Dovecot"}, std::pair{"chasquid", "chasquid"}, std::pair{"amavis", "amavis"},
        std::pair{"sshd", "sshd"}, std::pair{"filter_instance1", "Proofpoint"},
        std::pair{"halon-smtpd", "Halon"}}) {
    auto const read = read_text("Nov 23 14:47:32 mx " + std::string(program) + "[1]: some text\n");
    EXPECT_TRUE(read.all.empty());
    ASSERT_EQ(read.stats.notes.size(), 1U) << program;
    EXPECT_NE(read.stats.notes[0].find(what), std::string::npos) << read.stats.notes[0];
  }
}

TEST(Unreadable, EachRowHasOneWayToBeKnown) {
  for (auto const& row : unreadable_inputs()) {
    bool const by_head = !row.head.empty() || !row.in_head.empty();
    bool const by_line = !row.begins.empty() || !row.has.empty();
    EXPECT_EQ(by_head + by_line + !row.program.empty(), 1) << row.what;
    EXPECT_FALSE(row.what.empty() || row.why.empty());
  }
}

}  // namespace
}  // namespace postern::tests
