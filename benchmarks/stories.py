"""What the assistant says in the simulated dialogues: long enough to be interrupted."""

STORIES = (
    """Bread begins with four things: flour, water, salt and time. You mix the flour with most of the water and let
    it rest for half an hour, so that it drinks. Then the salt goes in, and the rest of the water, and you fold
    the dough over itself a few times. After that the yeast does the work. In a warm kitchen it takes about three
    hours, in a cool cellar a whole night. Before it goes into the oven you cut the crust with a sharp knife, and
    a bowl of hot water on the floor of the oven gives it a shine.""",
    """The river comes down from the hills behind the old mill. If you follow the path on the left bank you pass a
    row of willows, and under the third one there is a bench from which herons can be seen early in the morning.
    Half a mile further on the valley opens, and the meadows are full of orchids in the month of May. A wooden
    bridge leads over to the village, where the baker sells plum cake on Sundays. From there it is an hour back
    along the road.""",
    """My grandmother got the letter on a grey morning in November. Nobody had expected it, least of all herself, and
    she read it twice before she sat down. It came from a cousin in Canada who had been thought lost for thirty
    years. He had built a house by a lake, he wrote, and there was a room in it for anybody of the family who
    wanted to come. She never went, but the letter hung over the stove until the paper was as brown as tea.""",
    """A sailing boat moves against the wind by a trick that took people a very long time to find. The sail is a wing
    that stands upright: the air has further to go around the outside, and so it pulls. Most of that pull is to
    the side, but the keel will not let the boat slip that way, and what is left of it points forward. No boat can
    go straight into the wind. So it goes in a zigzag, first to one side and then to the other, and climbs the
    wind like a road.""",
    """The lighthouse stood on a rock two miles out, and for three hundred years somebody had lived in it. The last
    keeper was a quiet man who carved birds out of driftwood. Every evening he climbed the hundred and twelve
    steps and lit the lamp, and every morning he wrote one line about the weather. When the lamp was made to light
    itself he stayed on for a year, because the gulls were used to him, and then he rowed home with a boat full of
    wooden birds.""",
)
