// The fields of sendmail's log lines.
// Lifetime: views into the line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "whatif/reception.hpp"

namespace postern::whatif {

// The value of the last `name` in the line, up to the next ", ".
std::string_view last_value(std::string_view text, std::string_view name);

// "mail.example [192.0.2.1] (may be forged)", "[192.0.2.1]", "IDENT:user@mail.example [192.0.2.1]",
// "root@localhost": what stands before the last brackets may be of the client's choice.
void read_relay(std::string_view relay, Reception& out);

bool is_sendmail_id(std::string_view text);

std::uint16_t reply_code(std::string_view reply);

std::optional<policy::ClientCertificate> certificate_for(std::string_view verify);

// What sendmail says of a client that goes before its message has come.
bool is_of_one_who_breaks_off(std::string_view text);

bool is_over_tls(std::string_view protocol);

// "..., proto=ESMTP, daemon=MTA, tls_verify=OK, tls_version=TLSv1.2, cipher=..., auth=NONE": Proofpoint's
// sendmail says it of each message, behind proto=, where the Message-ID has no part.
void tls_of_proofpoint(std::string_view before_relay, Reception& out);

// "62IM6FMg026103: from=<a@b>, size=...", "STARTTLS=server, ...".
bool is_in_sendmails_form(std::string_view text);

}  // namespace postern::whatif
