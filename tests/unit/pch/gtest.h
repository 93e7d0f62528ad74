// SPDX-License-Identifier: Apache-2.0
// What do all unit tests read? Compiled once for each program of tests.
#pragma once
#include <gtest/gtest.h>
