// How mail is delivered, as the owner has configured it. Immutable; a reload makes a new one.
#pragma once

#include <memory>
#include <string>

#include "delivery/retry_times.hpp"
#include "delivery/route.hpp"
#include "delivery/smtp_transport.hpp"
#include "delivery/sts_policies.hpp"
#include "policy/directory.hpp"

namespace postern::delivery {

struct DeliveryConfig {
  std::string hostname;
  std::shared_ptr<policy::Directory const> directory;
  RouteTable routes;
  RetrySettings retry;
  StsSettings sts;
  std::shared_ptr<SmtpConfig const> smtp;
};

}  // namespace postern::delivery
