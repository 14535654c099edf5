// What most tests include, read once: see PRECOMPILED in the Makefile. A test includes what it uses all the same.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/precompiled.hpp"
