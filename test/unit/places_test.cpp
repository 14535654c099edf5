// Where data go: which countries need a basis, and which hosts a connection string names.
#include <gtest/gtest.h>

#include <string>

#include "core/countries/eea.hpp"
#include "core/text/conninfo.hpp"

namespace pg_retention::core {
namespace {

TEST(Eea, HasThirtyStates) {
    int states = 0;
    for (char a = 'A'; a <= 'Z'; ++a)
        for (char b = 'A'; b <= 'Z'; ++b) {
            const char letters[] = {a, b, '\0'};
            states += is_in_eea(letters) ? 1 : 0;
        }
    EXPECT_EQ(states, 30);
}

TEST(Eea, HasTheUnionAndThreeOthers) {
    for (const char *country : {"NO", "IS", "LI", "SE", "GR", "HR", "IE", "AT", "SK"}) EXPECT_TRUE(is_in_eea(country)) << country;
    for (const char *country : {"CH", "GB", "UK", "EL", "US", "SJ", "GL", "FO", "EU", "", "N", "NOR", "no"})
        EXPECT_FALSE(is_in_eea(country)) << country;
}

std::string host_of(std::string_view conninfo) {
    std::string room(conninfo.size(), '\0');
    return std::string(conninfo_host(conninfo, room.data()));
}

TEST(ConninfoHost, IsReadFromWords) {
    EXPECT_EQ(host_of("host=db.example.no port=5432 user=u password=secret dbname=d"), "db.example.no");
    EXPECT_EQ(host_of("password = 'a host=b' host = 'DB.example.NO'"), "db.example.no");
    EXPECT_EQ(host_of("password='it\\'s host=x' host=a\\ b"), "a b");
    EXPECT_EQ(host_of("host=a,b user=x"), "a,b");
    EXPECT_EQ(host_of("hostaddr=10.0.0.1 host="), "10.0.0.1");
    EXPECT_EQ(host_of("host=/var/run/postgresql"), "/var/run/postgresql");
    EXPECT_EQ(host_of("service=crm"), "crm");
    EXPECT_EQ(host_of("dbname=d"), "");
    EXPECT_EQ(host_of(""), "");
}

TEST(ConninfoHost, IsReadFromUris) {
    EXPECT_EQ(host_of("postgresql://u:secret@db.example.no:5432/d?sslmode=require"), "db.example.no");
    EXPECT_EQ(host_of("postgres://a:1,b:2/d"), "a,b");
    EXPECT_EQ(host_of("postgresql://u:se@cret@db.example.no"), "db.example.no");
    EXPECT_EQ(host_of("postgresql://[2001:db8::1]:5432/d"), "2001:db8::1");
    EXPECT_EQ(host_of("postgresql:///d?host=%2Fvar%2Frun&password=secret"), "/var/run");
    EXPECT_EQ(host_of("postgresql://u:se/cret@db.example.no/d"), "db.example.no");
    EXPECT_EQ(host_of("postgresql://u:se?cret@db.example.no/d?x=y@z"), "db.example.no");
    EXPECT_EQ(host_of("postgresql://"), "");
}

// Nothing is guessed of what is broken: it might be a part of a password.
TEST(ConninfoHost, IsNotGuessed) {
    for (const char *text :
         {"password=secret' host", "host='a password=secret", "secret", "host", "=secret", "user x=secret host=a"})
        EXPECT_EQ(host_of(text), "") << text;
}

}  // namespace
}  // namespace pg_retention::core
