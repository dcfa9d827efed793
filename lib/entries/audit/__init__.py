"""대감집: ask in your own words; get the rule, the past finding and the proof."""
