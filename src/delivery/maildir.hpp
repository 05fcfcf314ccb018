// Delivery to a Maildir, as its specification says (cr.yp.to/proto/maildir.html): written to tmp, synced,
// renamed into new, the directory synced. The Maildir, or what it lacks of tmp, new and cur, is made. Lines
// end with LF; Return-Path is put on top, in the place of any that the message has (RFC 5321 section 4.4).
// The name in new/ is made from the message's id: a delivery that is repeated after a crash replaces its
// first copy, as long as no reader has moved that on. Blocking. Threads: any.
#pragma once

#include <string>

#include "delivery/destination.hpp"
#include "store/file.hpp"
#include "store/spool.hpp"

namespace postern::delivery {

RecipientOutcome deliver_to_maildir(store::Files& files, store::Spool const& spool, std::string const& path,
                                    std::string const& hostname, Attempt const& attempt,
                                    std::uint32_t recipient);

}  // namespace postern::delivery
