"""The proof of the promise: nobody is messaged twice, and no row's fate is lost."""
