#include <catch2/catch.hpp>

#include "kafka/log_under_test.hpp"
