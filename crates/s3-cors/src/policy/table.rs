//! A hash table that is filled once, with open addressing and linear probing.

/// Entries, each in the first free slot at or after the one that its hash points to. At most half
/// of the slots are taken, so that most entries are found in the first or second slot, and every
/// search ends at a free slot.
#[derive(Debug)]
pub(super) struct Table<T> {
    /// Their number is a power of two, or zero.
    slots: Box<[Option<T>]>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            slots: Box::default(),
        }
    }
}

impl<T> Table<T> {
    pub(super) fn new(entries: Vec<T>, hash: impl Fn(&T) -> u64) -> Self {
        let count = match entries.len() {
            0 => 0,
            entries => (2 * entries).next_power_of_two(),
        };
        let mut table = Self {
            slots: (0..count).map(|_| None).collect(),
        };
        for entry in entries {
            let mut slot = hash(&entry) as usize;
            while let Some(Some(_)) = table.slots.get(table.place(slot)) {
                slot = slot.wrapping_add(1);
            }
            let place = table.place(slot);
            if let Some(free) = table.slots.get_mut(place) {
                *free = Some(entry);
            }
        }
        table
    }

    /// The entry with this hash that `is_right` accepts.
    #[inline]
    pub(super) fn find(&self, hash: u64, is_right: impl Fn(&T) -> bool) -> Option<&T> {
        let mut slot = hash as usize;
        while let Some(Some(entry)) = self.slots.get(self.place(slot)) {
            if is_right(entry) {
                return Some(entry);
            }
            slot = slot.wrapping_add(1);
        }
        None
    }

    /// The entry of a table that has only one: it can be compared without hashing what is looked for.
    #[inline]
    pub(super) fn only(&self) -> Option<&T> {
        match &*self.slots {
            [one, other] => one.as_ref().or(other.as_ref()),
            _ => None,
        }
    }

    #[inline]
    fn place(&self, slot: usize) -> usize {
        slot & self.slots.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn the_only_entry_is_that_of_a_table_with_one() {
        for hash in 0..4 {
            for count in [0, 1, 2, 3, 4] {
                let table = Table::new((0..count).collect(), |_| hash);
                assert_eq!(table.only().is_some(), count == 1, "{count} entries");
            }
        }
    }

    #[test]
    fn every_entry_is_found_and_nothing_else_whatever_the_hashes() {
        let hashes: [fn(&u64) -> u64; 4] = [|_| 0, |_| u64::MAX, |n| *n, |n| *n / 3];
        for hash in hashes {
            for count in [0, 1, 2, 3, 100] {
                let table = Table::new((0..count).collect(), hash);
                for number in 0..count + 10 {
                    let found = table.find(hash(&number), |entry| *entry == number);
                    assert_eq!(found.copied(), (number < count).then_some(number));
                }
            }
        }
    }
}
