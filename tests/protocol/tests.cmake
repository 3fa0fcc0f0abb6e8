greenroom_test(protocol room_test greenroom::protocol)
greenroom_test(protocol resume_test greenroom::protocol)
greenroom_test(protocol room_random_test greenroom::protocol)
greenroom_test(protocol session_test greenroom::protocol)
