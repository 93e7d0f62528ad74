// SPDX-License-Identifier: Apache-2.0
// What does it cost a program to be started with a library that does nothing? Stands in
// libleakhook's place in bare runs that are witnessed; its name is as long.
int neutral_library_of_tests;
