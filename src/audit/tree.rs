//! The Merkle tree of RFC 6962 section 2.1, represented by its frontier: the roots of its full subtrees.
//!
//! The frontier only grows. It is stored with every event and must never be rebuilt from the log, because a tree rebuilt from
//! a changed log would match that log.

use crate::model::sha256;
use data_encoding::HEXLOWER;

/// A SHA-256 hash of a node. Displayed as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TreeHash([u8; 32]);

impl TreeHash {
    /// The hash of a leaf's bytes: SHA-256(0x00 ‖ bytes).
    pub fn of_leaf(bytes: &[u8]) -> Self {
        Self(sha256(&[&[0], bytes]))
    }

    /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
    fn of_node(left: Self, right: Self) -> Self {
        Self(sha256(&[&[1], &left.0, &right.0]))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Display for TreeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl std::fmt::Debug for TreeHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TreeHash({self})")
    }
}

/// Bytes are not a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the frontier of a tree")]
pub struct FrontierError;

/// The state of a growing tree: its size, and the roots of its full subtrees, largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    // INVARIANT: one root for each set bit of `size`.
    roots: Vec<TreeHash>,
}

impl Frontier {
    /// The number of leaves, which is the place of the next one.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf by its hash.
    pub fn append(&mut self, leaf: TreeHash) {
        let mut node = leaf;
        // Joins equal subtrees at the end, like a carry in binary addition.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                node = TreeHash::of_node(left, node);
            }
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// The root of the tree; for an empty tree the SHA-256 of no bytes.
    pub fn root(&self) -> TreeHash {
        let from_the_right = self.roots.iter().rev().copied();
        from_the_right
            .reduce(|right, left| TreeHash::of_node(left, right))
            .unwrap_or_else(|| TreeHash(sha256(&[])))
    }

    /// The size as eight bytes, most significant first, then the roots.
    pub fn to_bytes(&self) -> Vec<u8> {
        let roots = self.roots.iter().flat_map(|root| root.0);
        self.size.to_be_bytes().into_iter().chain(roots).collect()
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(FrontierError)?;
        let size = u64::from_be_bytes(*size);
        let (roots, left_over) = rest.as_chunks::<32>();
        let expected = usize::try_from(size.count_ones()).map_err(|_| FrontierError)?;
        if !left_over.is_empty() || roots.len() != expected {
            return Err(FrontierError);
        }
        let roots = roots.iter().copied().map(TreeHash).collect();
        Ok(Self { size, roots })
    }
}

#[cfg(test)]
mod tests {
    use super::{Frontier, FrontierError, TreeHash, sha256};
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    /// The leaves and roots of the certificate-transparency project's reference tests.
    const LEAVES: [&str; 8] = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    /// MTH of RFC 6962 section 2.1.
    fn tree_hash(leaves: &[Vec<u8>]) -> TreeHash {
        match leaves {
            [] => TreeHash(sha256(&[])),
            [leaf] => TreeHash::of_leaf(leaf),
            _ => {
                let k = leaves.len().next_power_of_two() / 2;
                TreeHash::of_node(tree_hash(&leaves[..k]), tree_hash(&leaves[k..]))
            }
        }
    }

    #[test]
    fn empty_tree_has_the_hash_of_no_bytes() {
        assert_eq!(
            Frontier::default().root().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn roots_match_certificate_transparency() {
        let mut frontier = Frontier::default();
        for (leaf, root) in LEAVES.iter().zip(ROOTS) {
            let leaf = HEXLOWER.decode(leaf.as_bytes()).unwrap();
            frontier.append(TreeHash::of_leaf(&leaf));
            assert_eq!(frontier.root().to_string(), root);
        }
        assert_eq!(frontier.size(), 8);
    }

    #[test]
    fn invalid_frontier_bytes_are_errors() {
        let mut frontier = Frontier::default();
        (0..3).for_each(|n| frontier.append(TreeHash::of_leaf(&[n])));
        let valid = frontier.to_bytes();
        for cut in 0..valid.len() {
            assert_eq!(Frontier::from_bytes(&valid[..cut]), Err(FrontierError));
        }
        let long = [valid.as_slice(), &[0; 32]].concat();
        assert_eq!(Frontier::from_bytes(&long), Err(FrontierError));
    }

    proptest! {
        #[test]
        fn frontier_has_the_root_of_the_whole_tree(
            leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 0..200)
        ) {
            let mut frontier = Frontier::default();
            for leaf in &leaves {
                // As the store does between two leaves.
                frontier = Frontier::from_bytes(&frontier.to_bytes()).unwrap();
                frontier.append(TreeHash::of_leaf(leaf));
            }
            prop_assert_eq!(frontier.root(), tree_hash(&leaves));
        }
    }
}
