greenroom_test(tidy tidy_test)
