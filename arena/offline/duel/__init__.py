"""The duel: plan what is asked, execute it, summarise what came back."""
