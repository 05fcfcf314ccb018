#include "whatif/readers/unread_mail.hpp"

namespace postern::whatif {

std::string_view how_to_convert(std::string_view start) {
  if (start.starts_with("!BDN"))
    return "this is an Outlook data file (.pst, .ost), which is not read. Convert it with \"readpst -o "
           "FOLDER "
           "FILE\" (Debian: pst-utils) and give FOLDER";
  if (start.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
    return "this is an Outlook message (.msg) or another OLE file, which is not read. Convert it with "
           "\"msgconvert FILE\" (Debian: libemail-outlook-message-perl) and give the .eml, or export "
           "mailboxes as "
           ".pst and convert them with readpst";
  if (start.starts_with("\xCF\xAD\x12\xFE"))
    return "this is an Outlook Express folder (.dbx), which is not read. Convert it with \"readdbx\" "
           "(libdbx), or "
           "import it into Thunderbird, and give the mbox";
  return {};
}

}  // namespace postern::whatif
