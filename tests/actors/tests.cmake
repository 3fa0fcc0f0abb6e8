greenroom_test(actors room_actor_test greenroom::actors)
greenroom_test(actors resume_actor_test greenroom::actors)
