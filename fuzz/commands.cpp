// Command lines and the arguments of MAIL, RCPT and BDAT.
#include "expect.hpp"
#include "wire/bdat_command.hpp"
#include "wire/command.hpp"
#include "wire/mail_command.hpp"
#include "wire/rcpt_command.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const line(reinterpret_cast<char const*>(data), size);
  auto const command = postern::wire::parse_command(line);
  POSTERN_EXPECT(command.argument.size() <= line.size());
  static_cast<void>(postern::wire::parse_bdat(command.argument));
  if (auto const mail = postern::wire::parse_mail(command.argument))
    POSTERN_EXPECT(mail->envid.size() <= 100);
  if (auto const rcpt = postern::wire::parse_rcpt(command.argument)) {
    POSTERN_EXPECT(rcpt->orcpt.size() <= 500);
    if (rcpt->notify.said) POSTERN_EXPECT(postern::wire::Notify::parse(rcpt->notify.print()).has_value());
  }
  return 0;
}
