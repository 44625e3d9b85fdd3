#include "app/greeting.hpp"

#include <gtest/gtest.h>

using namespace meridian;

TEST(greeting, names_an_address_that_can_be_called) {
    config settings;
    EXPECT_EQ(app::local_url(settings, 1026), "http://127.0.0.1:1026");
    settings.host = "0.0.0.0";
    EXPECT_EQ(app::local_url(settings, 80), "http://127.0.0.1:80");
    settings.host = "::";
    settings.tls_cert = "cert.pem";
    EXPECT_EQ(app::local_url(settings, 443), "https://[::1]:443");
    EXPECT_TRUE(
        app::render_greeting(settings, 443).starts_with("Meridian listens on https://[::1]:443\n"));
}
