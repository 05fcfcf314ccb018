// Why a message cannot be sent, and the exit status that says so to the program that called.
#pragma once

#include <string>

namespace postern::app {

// `exit_code`: of sysexits.h, and never EX_TEMPFAIL. sendmail means by it that the message is queued, so
// PHP's mail() takes it for sent.
struct SendRefusal {
  int exit_code;
  std::string why;  // for people: what is wrong, and what to do
  bool disk_full = false;
};

}  // namespace postern::app
